import { useCached, useInfiniteCached } from '@hotpath/react'
import { country, favourites, search } from 'city-page-example/cities'
import { countryName } from 'city-page-example/names'
import type { Route } from 'city-page-example/route'
import { type ReactNode, type RefObject, useEffect, useRef } from 'react'
import { Away } from './notice.tsx'
import { type Like, Rows } from './rows.tsx'

interface ListProps {
  readonly route: Route
  readonly onLike: Like
}

/** What is searched for, letter by letter: a search that nobody waits for any more is aborted. */
export function SearchResults({ route, onLike }: ListProps): ReactNode {
  const { data, status, isPlaceholder, error, refetch } = useCached(search(route.text))
  // What was found before is shown until there is something else to say.
  const cities = status === 'failed' && isPlaceholder ? undefined : data
  const begins = `begins with “${route.text}”`
  return (
    <>
      <Away error={error} hasData={cities !== undefined} onRetry={refetch} />
      <p className="summary" role="status">
        {status === 'pending' && 'Searching …'}
        {status === 'ready' && (data?.length === 0 ? `Nothing ${begins}` : `What ${begins}`)}
      </p>
      <Rows cities={cities ?? []} isWaiting={isPlaceholder} route={route} onLike={onLike} />
    </>
  )
}

/** A list that goes on when its end comes into view. */
export function CountryList({ route, onLike }: ListProps): ReactNode {
  const { key, load, options } = country(route.list)
  const { items, status, error, hasNext, isFetchingNext, fetchNext, refetch } = useInfiniteCached(key, load, options)
  const end = useInView(fetchNext, items.length)
  return (
    <>
      <Away error={error} hasData={items.length > 0} onRetry={refetch} />
      <p className="summary">The biggest places of {countryName(route.list)}</p>
      <Rows cities={items} isWaiting={false} isOfOneCountry route={route} onLike={onLike} />
      {status === 'pending' && <p className="empty">Loading …</p>}
      {hasNext && (
        <button ref={end} className="button more" onClick={() => void fetchNext()}>
          {isFetchingNext ? 'Loading …' : 'Show more'}
        </button>
      )}
    </>
  )
}

/** What somebody likes. */
export function FavouriteList({ route, onLike }: ListProps): ReactNode {
  const { data = [], status, error, refetch } = useCached(favourites)
  return (
    <>
      <Away error={error} hasData={data.length > 0} onRetry={refetch} />
      <p className="summary">Places that you like</p>
      <Rows cities={data} isWaiting={false} route={route} onLike={onLike} />
      {status === 'ready' && data.length === 0 && <p className="empty">Press a star, and the place is here.</p>}
    </>
  )
}

/** For the `ref` of an element: calls when it comes into view, and again when the list has grown and it is still there. */
function useInView(call: () => unknown, length: number): RefObject<HTMLButtonElement | null> {
  const element = useRef<HTMLButtonElement>(null)
  const latest = useRef(call)
  useEffect(() => {
    latest.current = call
  })
  useEffect(() => {
    if (element.current === null) return
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && latest.current(),
      { rootMargin: '400px' },
    )
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [length])
  return element
}
