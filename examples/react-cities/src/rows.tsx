import { useCached, usePrefetch } from '@hotpath/react'
import { type City, city as cityRead, isFavourite } from 'city-page-example/cities'
import { countryName, populationOf } from 'city-page-example/names'
import type { Route } from 'city-page-example/route'
import type { Liking } from 'city-page-example/writes'
import type { ReactNode } from 'react'
import { Link } from './link.tsx'

/** Puts a place among the favourites, or takes it away. */
export type Like = (liking: Liking) => unknown

interface RowsProps {
  readonly cities: readonly City[]
  /** Others are on their way. */
  readonly isWaiting: boolean
  /** All in one country, the biggest first. */
  readonly isOfOneCountry?: boolean
  readonly route: Route
  readonly onLike: Like
}

/** Places, one below another. */
export function Rows({ cities, isWaiting, isOfOneCountry = false, route, onLike }: RowsProps): ReactNode {
  const biggest = isOfOneCountry ? cities[0]?.population : undefined
  return (
    <ol className="list" aria-busy={isWaiting}>
      {cities.map((city) => (
        <Row key={city.id} city={city} biggest={biggest} route={route} onLike={onLike} />
      ))}
    </ol>
  )
}

interface RowProps extends Pick<RowsProps, 'route' | 'onLike'> {
  readonly city: City
  /** Inhabitants of the biggest place, to compare with. */
  readonly biggest: number | undefined
}

function Row({ city, biggest, route, onLike }: RowProps): ReactNode {
  const isSelected = route.id === city.id
  const prefetch = usePrefetch(cityRead(city.id))
  return (
    <li data-selected={isSelected}>
      <Link ref={prefetch} className="row" route={{ ...route, id: city.id }} known={city} isCurrent={isSelected}>
        <span>
          <b>{city.name}</b>
          {biggest === undefined ? (
            <small>{countryName(city.country)}</small>
          ) : (
            <i style={{ width: `${(100 * city.population) / biggest}%` }} />
          )}
        </span>
        <data value={city.population}>{populationOf(city.population)}</data>
      </Link>
      <Star city={city} onLike={onLike} />
    </li>
  )
}

/** A button that says whether somebody likes a place. */
export function Star({ city, onLike }: { readonly city: City; readonly onLike: Like }): ReactNode {
  const { data = false } = useCached(isFavourite(city.id))
  return (
    <button
      className="star"
      aria-label={`Favourite ${city.name}`}
      aria-pressed={data}
      onClick={() => onLike({ city, isFavourite: !data })}
    >
      {data ? '★' : '☆'}
    </button>
  )
}
