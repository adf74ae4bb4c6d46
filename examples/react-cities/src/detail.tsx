import { useCached } from '@hotpath/react'
import { type RankedCity, city as cityRead } from 'city-page-example/cities'
import { HINTS, countryName, ordinal, populationOf, positionOf } from 'city-page-example/names'
import { type Route, knownCity } from 'city-page-example/route'
import type { Renaming } from 'city-page-example/writes'
import type { ReactNode } from 'react'
import { Link } from './link.tsx'
import { Nearby } from './nearby.tsx'
import { Away } from './notice.tsx'
import { Title } from './title.tsx'
import { type Like, Star } from './rows.tsx'

interface DetailProps {
  readonly route: Route
  readonly onLike: Like
  readonly onRename: (renaming: Renaming) => unknown
}

/** One place, if one is chosen. */
export function Detail({ route, ...on }: DetailProps): ReactNode {
  const { id } = route
  return (
    <section className="card detail" aria-label="Details">
      {id === undefined ? <Welcome /> : <Place id={id} route={route} {...on} />}
    </section>
  )
}

function Welcome(): ReactNode {
  return (
    <div className="welcome">
      <h2>Choose a place</h2>
      <p>Or see how the page behaves:</p>
      <ul>
        {HINTS.map((hint) => (
          <li key={hint}>{hint}</li>
        ))}
      </ul>
    </div>
  )
}

/** What the list knew of it is there at once, and the rest when it is loaded. */
function Place({ id, route, onLike, onRename }: DetailProps & { readonly id: number }): ReactNode {
  const { data: city, status, error, refetch } = useCached(cityRead(id, knownCity(id)))
  return (
    <>
      <Link className="button back" route={{ ...route, id: undefined }}>
        ← All places
      </Link>
      <Away error={error} hasData={city !== undefined} onRetry={refetch} />
      {status === 'pending' && <p className="empty">Loading …</p>}
      {city !== undefined && (
        <>
          <Title city={city} onRename={(name) => onRename({ city, name, text: route.text })}>
            <Star city={city} onLike={onLike} />
          </Title>
          <Facts city={city} />
          <Nearby city={city} route={route} />
        </>
      )}
    </>
  )
}

function Facts({ city }: { readonly city: RankedCity }): ReactNode {
  const { rankInCountry } = city
  return (
    <dl className="facts">
      <div>
        <dt>Inhabitants</dt>
        <dd>{populationOf(city.population)}</dd>
      </div>
      <div>
        <dt>In {countryName(city.country)}</dt>
        <dd>{rankInCountry === undefined ? <span className="waiting" /> : `${ordinal(rankInCountry)} by size`}</dd>
      </div>
      <div>
        <dt>Position</dt>
        <dd>{positionOf(city)}</dd>
      </div>
    </dl>
  )
}
