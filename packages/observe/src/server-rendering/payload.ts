/** What a server sends along with a page. */
import { type Token, parseToken } from '@hotpath/contract'
import { fromWire } from './wire-value.ts'

/** Of the format; another one is not read. */
export const VERSION = 1

/** One value that is sent. */
export interface SentEntry {
  /** Encoded, within the namespace of the cache that it was read with. */
  readonly key: string
  readonly value: unknown
  readonly ageMs: number
  /** `Infinity`: it does not stop being fresh. */
  readonly ttlLeftMs: number
  readonly tags: readonly string[]
}

/** What is sent. */
export interface Payload {
  readonly schema: string | number | undefined
  /** Of the server's log, from before the values were read. */
  readonly token: Token | undefined
  /** Wall clock of the server. */
  readonly sentAt: number
  readonly entries: readonly SentEntry[]
}

/** Why nothing was taken from a payload. */
export type Refusal = 'size' | 'malformed' | 'version' | 'schema'

/** Reads a payload. Members that are wrong are left out one by one. */
export function readPayload(json: string, schema: string | number | undefined): Payload | Refusal {
  let sent: Readonly<Record<string, unknown>>
  try {
    sent = Object(JSON.parse(json)) as Readonly<Record<string, unknown>>
  } catch {
    return 'malformed'
  }
  const { version, token, sentAt, entries } = sent
  if (version === undefined) return 'malformed'
  if (version !== VERSION) return 'version'
  if ((sent['schema'] ?? undefined) !== schema) return 'schema'
  if (typeof sentAt !== 'number' || !Array.isArray(entries)) return 'malformed'
  return {
    schema,
    token: isToken(token) ? token : undefined,
    sentAt,
    entries: entries.flatMap((entry) => readEntry(entry) ?? []),
  }
}

function readEntry(sent: unknown): SentEntry | undefined {
  const [key, wire, ageMs, ttlLeftMs, tags] = (Array.isArray(sent) ? sent : []) as unknown[]
  const isValid =
    typeof key === 'string' &&
    key !== '' &&
    isTime(ageMs) &&
    (ttlLeftMs === null || isTime(ttlLeftMs)) &&
    Array.isArray(tags) &&
    tags.every((tag) => typeof tag === 'string')
  if (!isValid) return undefined
  try {
    const value = fromWire(wire)
    if (value === undefined) return undefined
    return { key, value, ageMs, ttlLeftMs: ttlLeftMs ?? Number.POSITIVE_INFINITY, tags }
  } catch {
    return undefined
  }
}

function isTime(ms: unknown): ms is number {
  return typeof ms === 'number' && ms >= 0
}

function isToken(token: unknown): token is Token {
  try {
    return parseToken(token as Token) !== undefined
  } catch {
    return false
  }
}
