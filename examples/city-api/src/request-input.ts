import { type CityChange, type Point, foldName } from './city.ts'
import { RequestError } from './request-error.ts'

const MAX_TEXT = 60

/** Reads `q`, folded as the names are. */
export function readText(query: URLSearchParams): string {
  const text = foldName(query.get('q') ?? '').trim()
  if (text !== '' && text.length <= MAX_TEXT && !/\p{Cc}/u.test(text)) return text
  throw new RequestError(400, `\`q\` must be 1 to ${MAX_TEXT} characters. Try /search?q=ber.`)
}

/**
 * Reads `lat` and `lon`, rounded to 0.01 degrees.
 *
 * That is about a kilometre: near enough for the nearest towns, and neighbours share an answer.
 */
export function readPoint(query: URLSearchParams): Point {
  return { lat: readDegrees(query, 'lat', 90), lon: readDegrees(query, 'lon', 180) }
}

function readDegrees(query: URLSearchParams, name: 'lat' | 'lon', limit: number): number {
  const text = query.get(name) ?? ''
  const degrees = text.trim() === '' ? Number.NaN : Number(text)
  // Adding 0 turns -0 into 0, which is the same place and should be the same key.
  if (Math.abs(degrees) <= limit) return Math.round(degrees * 100) / 100 + 0
  throw new RequestError(
    400,
    `\`${name}\` must be a number from -${limit} to ${limit}. Try /nearest?lat=52.52&lon=13.41.`,
  )
}

/** Reads a country code. */
export function readCountry(code: string, known: ReadonlySet<string>): string {
  const country = code.toUpperCase()
  if (known.has(country)) return country
  throw new RequestError(400, 'No such country. Use a code of two letters: /countries/DE/biggest.')
}

/** Reads `from`, 0 where it is left out. */
export function readFrom(query: URLSearchParams): number {
  const text = query.get('from') ?? '0'
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new RequestError(400, '`from` must be a whole number from 0 to 999,999. Try /countries/DE/cities?from=20.')
}

/** Reads the body of a write. */
export function readChange(body: string): CityChange {
  const { name, population } = parseObject(body)
  if (name === undefined && population === undefined) {
    throw new RequestError(400, 'The body must set `name` or `population`, for example {"population": 1000}.')
  }
  return { name: readName(name), population: readPopulation(population) }
}

function parseObject(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Said below.
  }
  throw new RequestError(400, 'The body must be a JSON object, for example {"population": 1000}.')
}

function readName(name: unknown): string | undefined {
  if (name === undefined) return undefined
  const trimmed = typeof name === 'string' ? name.trim() : ''
  if (foldName(trimmed).trim() !== '' && trimmed.length <= MAX_TEXT && !/\p{Cc}/u.test(trimmed)) return trimmed
  throw new RequestError(400, `\`name\` must be a text of 1 to ${MAX_TEXT} characters.`)
}

function readPopulation(population: unknown): number | undefined {
  if (population === undefined) return undefined
  if (typeof population === 'number' && Number.isSafeInteger(population) && population >= 0 && population <= 1e9) {
    return population
  }
  throw new RequestError(400, '`population` must be a whole number from 0 to 1,000,000,000.')
}
