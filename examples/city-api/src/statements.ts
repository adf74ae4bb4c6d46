import { EARTH_KM } from './geo.ts'

const CITY = 'id, name, country, region, population, lat, lon'

/** Names that begin with a text; the exact name first, then by population. */
export const SEARCH: string = `
  SELECT ${CITY} FROM cities
  WHERE search_name >= :text AND search_name < :end
  ORDER BY search_name <> :text, population DESC, id
  LIMIT 10`

/** The biggest places of a country, each with its share of all and its rank in its region. */
export const BIGGEST: string = `
  SELECT ${CITY},
    population * 1.0 / max(1, sum(population) OVER ()) AS share,
    rank() OVER (PARTITION BY region ORDER BY population DESC) AS rankInRegion
  FROM cities
  WHERE country = :country
  ORDER BY population DESC, id
  LIMIT 20`

/** The places of a country, the biggest first, a page of them. */
export const PAGE: string = `
  SELECT ${CITY} FROM cities
  WHERE country = :country
  ORDER BY population DESC, id
  LIMIT 20 OFFSET :from`

/** Places within a radius by distance (haversine), looked up by the box around the circle. */
export const NEAREST: string = `
  SELECT * FROM (
    SELECT ${CITY}, ${2 * EARTH_KM} * asin(sqrt(min(1,
      pow(sin(radians(lat - :lat) / 2), 2) +
      cos(radians(:lat)) * cos(radians(lat)) * pow(sin(radians(lon - :lon) / 2), 2)
    ))) AS distanceKm
    FROM cities
    WHERE lat BETWEEN :lat - :degreesLat AND :lat + :degreesLat
      -- Both sides of the date line: longitudes 179 and -179 are 2 degrees apart.
      AND (abs(lon - :lon) <= :degreesLon OR abs(lon - :lon) >= 360 - :degreesLon)
  )
  WHERE distanceKm <= :radiusKm
  ORDER BY distanceKm, id
  LIMIT 10`

/** One place and how many places of its country are bigger. */
export const ONE: string = `
  SELECT ${CITY}, 1 + (
    SELECT count(*) FROM cities AS other WHERE other.country = city.country AND other.population > city.population
  ) AS rankInCountry
  FROM cities AS city
  WHERE id = :id`

/** The codes of all countries. */
export const COUNTRIES = 'SELECT DISTINCT country FROM cities'

/** The biggest places of all countries. */
export const METROPOLISES: string = `SELECT ${CITY} FROM cities ORDER BY population DESC, id LIMIT :limit`

/** Renames a place and sets its population. */
export const UPDATE = `
  UPDATE cities SET name = :name, search_name = :searchName, population = :population WHERE id = :id`
