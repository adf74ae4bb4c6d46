import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import {
  type BigCity,
  type City,
  type CityChange,
  type CountryPage,
  type NearbyCity,
  type Point,
  type RankedCity,
  foldName,
} from './city.ts'
import { FARTHEST_KM, extentOf } from './geo.ts'
import * as sql from './statements.ts'

/** A value now, or later. */
export type Awaitable<Value> = Value | Promise<Value>

/** The questions the service answers; with Hotpath or without. */
export interface CityReads {
  /** Up to ten places whose name begins with a folded text. */
  search(text: string): Awaitable<readonly City[]>
  /** The twenty biggest places of a country. */
  biggest(country: string): Awaitable<readonly BigCity[]>
  /** Up to twenty places of a country by population, from this one of them on. */
  page(of: CountryPage): Awaitable<readonly City[]>
  /** The ten places nearest to a point. */
  nearest(point: Point): Awaitable<readonly NearbyCity[]>
  /** One place; `null` if there is none of that id. */
  city(id: number): Awaitable<RankedCity | null>
}

/** What a write changed. */
export interface Written {
  readonly before: RankedCity
  readonly after: RankedCity
}

/** The database as the service sees it. */
export interface CityQueries extends CityReads {
  city(id: number): RankedCity | null
  /** Renames a place or sets its population; `null` if there is none of that id. */
  update(id: number, change: CityChange): Written | null
  /** Codes of the countries that have places. */
  readonly countries: ReadonlySet<string>
  /** The biggest places of the world, in that order. */
  metropolises(limit: number): readonly City[]
  /** How many questions of `CityReads` the database has answered. */
  readonly answered: number
}

/** How far the search for near places looks first; most of the inhabited world has ten within it. */
const FIRST_RADIUS_KM = 50
const NEAREST_PLACES = 10

/** Prepares the queries. */
export function createQueries(db: DatabaseSync): CityQueries {
  const search = prepare(db, sql.SEARCH) as Query<City>
  const biggest = prepare(db, sql.BIGGEST) as Query<BigCity>
  const page = prepare(db, sql.PAGE) as Query<City>
  const nearest = prepare(db, sql.NEAREST) as Query<NearbyCity>
  const one = prepare(db, sql.ONE) as Query<RankedCity>
  const metropolises = prepare(db, sql.METROPOLISES) as Query<City>
  const update = db.prepare(sql.UPDATE)
  const countries = prepare(db, sql.COUNTRIES) as Query<{ readonly country: string }>
  const cityOf = (id: number): RankedCity | null => one({ id })[0] ?? null
  let answered = 0

  return {
    countries: new Set(countries({}).map(({ country }) => country)),
    metropolises: (limit) => metropolises({ limit }),
    get answered() {
      return answered
    },
    search(text) {
      answered++
      return search({ text, end: `${text}\u{10ffff}` })
    },
    biggest(country) {
      answered++
      return biggest({ country })
    },
    page({ country, from }) {
      answered++
      return page({ country, from })
    },
    nearest(point) {
      answered++
      for (let radiusKm = FIRST_RADIUS_KM; ; radiusKm *= 2) {
        const found = nearest({ ...point, ...extentOf(point, radiusKm), radiusKm })
        if (found.length === NEAREST_PLACES || radiusKm > FARTHEST_KM) return found
      }
    },
    city(id) {
      answered++
      return cityOf(id)
    },
    update(id, change) {
      const before = cityOf(id)
      if (before === null) return null
      const { name = before.name, population = before.population } = change
      update.run({ id, name, searchName: foldName(name), population })
      // Read back, since a new population moves its rank.
      return { before, after: cityOf(id) as RankedCity }
    },
  }
}

/** The rows of a statement. */
type Query<Row> = (parameters: Record<string, SQLInputValue>) => readonly Row[]

function prepare(db: DatabaseSync, statement: string): Query<unknown> {
  const prepared = db.prepare(statement)
  return (parameters) => prepared.all(parameters)
}
