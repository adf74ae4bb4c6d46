/** The screens in React; where their cities come from is what differs. */
import type { ComponentType, ReactNode } from 'react'
import { flushSync } from 'react-dom'
import { type Root, createRoot } from 'react-dom/client'
import { type City, counts } from './cities.ts'
import type { Library, Screen } from './library.ts'

/** What a library has for components, as hooks. */
export interface Hooks {
  /** Around all screens. */
  readonly Provider: ComponentType<{ readonly children: ReactNode }>
  readonly useCities: () => readonly City[] | undefined
  readonly useCity: (id: number) => City | undefined
  /** Renames a city: shown at once. */
  readonly useRename: () => (city: City) => void
  readonly invalidate: () => void
  readonly forget: () => unknown
  readonly observers?: () => number
}

export function reactLibrary({ Provider, useCities, useCity, useRename, ...rest }: Hooks): Library {
  const roots = new Map<HTMLElement, Root>()

  function Name({ id }: { readonly id: number }): ReactNode {
    counts.renders++
    return <p>{useCity(id)?.name}</p>
  }

  function List(): ReactNode {
    counts.renders++
    const rows = (useCities() ?? []).map(({ id, name }) => <li key={id}>{name}</li>)
    return <ol>{rows}</ol>
  }

  function Rename({ id }: { readonly id: number }): ReactNode {
    counts.renders++
    const city = useCity(id)
    const rename = useRename()
    return <button onClick={() => rename({ id, name: `renamed ${id}` })}>{city?.name}</button>
  }

  function elementOf(screen: Screen): ReactNode {
    switch (screen.type) {
      case 'names':
        return Array.from({ length: screen.count }, (_, id) => <Name key={id} id={screen.isShared ? 0 : id} />)
      case 'list':
        return <List />
      case 'detail':
        return <Name id={screen.id} />
      default:
        return <Rename id={screen.id} />
    }
  }

  return {
    ...rest,
    async show(container, screen) {
      const root = roots.get(container) ?? createRoot(container)
      roots.set(container, root)
      if (screen !== undefined) return flushSync(() => root.render(<Provider>{elementOf(screen)}</Provider>))
      flushSync(() => root.unmount())
      roots.delete(container)
    },
  }
}
