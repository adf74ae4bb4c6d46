/** A small map of the places around another one. Pure. */
import type { City, NearbyCity } from './cities.ts'

/** Width and height of the map; the place is in the middle. */
export const MAP = { width: 480, height: 200 } as const

/** What is drawn. */
export interface NearbyMap {
  readonly dots: readonly {
    readonly city: NearbyCity
    readonly x: number
    readonly y: number
    readonly radius: number
  }[]
  /** A circle of so many kilometres around the place. */
  readonly circles: readonly { readonly km: number; readonly radius: number }[]
}

/** Places where they are to each other, north above; the farthest is at the edge. */
export function mapOf(center: City, nearby: readonly NearbyCity[]): NearbyMap {
  const farthestKm = Math.max(1, ...nearby.map(({ distanceKm }) => distanceKm))
  // Its label is above it.
  const edge = MAP.height / 2 - 20
  const dots = nearby.map((city) => {
    // Near enough for a few kilometres; the shorter way around the globe.
    const east = (((city.lon - center.lon + 540) % 360) - 180) * Math.cos((center.lat * Math.PI) / 180)
    const north = city.lat - center.lat
    const scale = ((city.distanceKm / farthestKm) * edge) / (Math.hypot(east, north) || 1)
    return {
      city,
      x: MAP.width / 2 + east * scale,
      y: MAP.height / 2 - north * scale,
      radius: 3 + Math.min(6, Math.sqrt(city.population) / 120),
    }
  })
  const circles = [farthestKm / 2, farthestKm].map((km) => ({ km, radius: (km / farthestKm) * edge }))
  return { dots, circles }
}
