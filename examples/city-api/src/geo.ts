import type { Point } from './city.ts'

/** Mean radius of the earth. */
export const EARTH_KM: number = 6_371

/** Half the way around: nothing is farther. */
export const FARTHEST_KM: number = Math.ceil(Math.PI * EARTH_KM)

/** A circle's extent in degrees north-south and east-west; 180 east-west if it holds a pole. */
export interface Extent {
  readonly degreesLat: number
  readonly degreesLon: number
}

/** The box around a circle on the globe, as degrees to each side of its centre. */
export function extentOf({ lat }: Point, radiusKm: number): Extent {
  const angle = radiusKm / EARTH_KM
  const degreesLat = toDegrees(angle)
  const holdsPole = Math.abs(lat) + degreesLat >= 90
  // At the edge of a pole rounding may leave the domain of asin.
  const sine = Math.min(1, Math.sin(angle) / Math.cos(toRadians(lat)))
  return { degreesLat, degreesLon: holdsPole ? 180 : toDegrees(Math.asin(sine)) }
}

function toDegrees(radians: number): number {
  return (radians * 180) / Math.PI
}

function toRadians(degrees: number): number {
  return (degrees * Math.PI) / 180
}
