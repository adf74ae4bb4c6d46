import type { City } from 'city-page-example/cities'
import { type Route, go, hrefOf } from 'city-page-example/route'
import type { MouseEvent, ReactNode, Ref } from 'react'

interface LinkProps {
  readonly route: Route
  /** What the page that it leads to can show at once. */
  readonly known?: City
  readonly isCurrent?: boolean
  readonly className?: string
  readonly ref?: Ref<HTMLAnchorElement>
  readonly children: ReactNode
}

/** A link to a route, which the browser follows by itself in another tab. */
export function Link({ route, known, isCurrent = false, children, ...rest }: LinkProps): ReactNode {
  const follow = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    go(route, { known })
  }
  return (
    <a {...rest} href={hrefOf(route)} aria-current={isCurrent ? 'page' : undefined} onClick={follow}>
      {children}
    </a>
  )
}
