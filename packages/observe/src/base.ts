/** The value that the cache had last for a key, and how values of one key follow each other. Pure. */
import { type Token, parseToken } from '@hotpath/contract'
import type { ReadReport } from '@hotpath/core'

/** What is known of the value that the cache had. */
export interface Base {
  readonly value: unknown
  /** Wall clock. */
  readonly updatedAt: number
  /** On the cache's timeline. */
  readonly loadedAt: number
  /** On the cache's timeline; `-Infinity`: it was stale when it was read. */
  readonly freshUntil: number
  readonly asOf: Token | undefined
  readonly tags: readonly string[]
  readonly source: string
}

/** Where a value was read, by both clocks. */
export interface Instant {
  /** On the cache's timeline. */
  readonly elapsed: number
  readonly wall: number
}

/** What was read. The value that is shown already stays what it is, and gets older. */
export function baseOf(value: unknown, report: ReadReport, now: Instant, before: Base | undefined): Base {
  const { asOf, tags, ageMs, ttlLeftMs, from, state, tier } = report
  const same = from === 'tier' && isSame(value, asOf, before) ? before : undefined
  return {
    value,
    updatedAt: same?.updatedAt ?? now.wall - ageMs,
    loadedAt: now.elapsed - ageMs,
    freshUntil: state === 'fresh' ? now.elapsed + ttlLeftMs : Number.NEGATIVE_INFINITY,
    asOf,
    tags,
    source: same?.source ?? (from === 'tier' ? (tier ?? 'memory') : from),
  }
}

/** Whether it is the value that is shown. */
export function isSame(value: unknown, asOf: Token | undefined, base: Base | undefined): boolean {
  return value === base?.value && asOf === base?.asOf
}

/** Whether something was loaded before what is shown: by the order of the log, and where that says nothing, by its age. */
export function isOlder(
  { asOf, ageMs }: Pick<ReadReport, 'asOf' | 'ageMs'>,
  base: Base | undefined,
  elapsed: number,
): boolean {
  if (base === undefined) return false
  if (asOf !== undefined && base.asOf !== undefined && asOf !== base.asOf) return !isUpTo(asOf, base.asOf)
  return elapsed - ageMs < base.loadedAt
}

/** Whether what was loaded at a position has what another one stands for. What is of another life of the log has. */
export function isUpTo(asOf: Token, other: Token): boolean {
  const [loaded, wanted] = [parseToken(asOf), parseToken(other)]
  return loaded.epoch !== wanted.epoch || loaded.position >= wanted.position
}

/** Whether two positions are of one life of the log. */
export function isOfOneLife(one: Token, other: Token): boolean {
  return parseToken(one).epoch === parseToken(other).epoch
}
