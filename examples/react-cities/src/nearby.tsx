import { useCached } from '@hotpath/react'
import { type City, type NearbyCity, nearby } from 'city-page-example/cities'
import { MAP, mapOf } from 'city-page-example/map'
import type { Route } from 'city-page-example/route'
import type { ReactNode } from 'react'
import { Link } from './link.tsx'

/** The places near another one, on a map and in words. */
export function Nearby({ city, route }: { readonly city: City; readonly route: Route }): ReactNode {
  const { data = [] } = useCached(nearby(city))
  if (data.length === 0) return null
  return (
    <>
      <h3>Nearby</h3>
      <NearbyMap city={city} near={data} />
      <ol className="near">
        {data.map((near) => (
          <li key={near.id}>
            <Link route={{ ...route, id: near.id }} known={near}>
              <span>{near.name}</span>
              <span>{near.distanceKm.toFixed(1)} km</span>
            </Link>
          </li>
        ))}
      </ol>
    </>
  )
}

function NearbyMap({ city, near }: { readonly city: City; readonly near: readonly NearbyCity[] }): ReactNode {
  const { dots, circles } = mapOf(city, near)
  const [x, y] = [MAP.width / 2, MAP.height / 2]
  return (
    <svg className="map" viewBox={`0 0 ${MAP.width} ${MAP.height}`} aria-hidden="true">
      {circles.map(({ km, radius }) => (
        <g key={km}>
          <circle cx={x} cy={y} r={radius} />
          <text x={x} y={y - radius - 3}>
            {km.toFixed(km < 10 ? 1 : 0)} km
          </text>
        </g>
      ))}
      {dots.map((dot) => (
        <circle key={dot.city.id} className="dot" cx={dot.x} cy={dot.y} r={dot.radius} />
      ))}
      <circle className="center" cx={x} cy={y} r="7" />
    </svg>
  )
}
