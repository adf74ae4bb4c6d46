/** Loads that suspended components wait for: one for each key of a cache, as React forgets all that such a component had. */
import type { CacheKey } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'
import { encodedKey, insideOf } from '@hotpath/core/inside'
import type { Observer, Snapshot } from '@hotpath/observe'

/**
 * For so long a failure is thrown without another load: React renders what has failed once more, by itself. Then components
 * that are new load again.
 */
const THROWN_MS = 1_000

interface Attempt {
  readonly promise: Promise<unknown>
  /** On the cache's timeline; `undefined`: it has not failed. */
  failedAt: number | undefined
}

function attemptsOf(cache: Cache): Map<string, Attempt> {
  return insideOf(cache).part(Symbol.for('@hotpath/react/attempts'), () => new Map<string, Attempt>())
}

/** Throws what a component without anything to show throws: the load that it waits for, or what that failed with. */
export function suspend(
  cache: Cache,
  key: CacheKey,
  observer: Pick<Observer, 'ready' | 'refetch' | 'snapshot'>,
): never {
  const attempts = attemptsOf(cache)
  forget(attempts, insideOf(cache).elapsed() - THROWN_MS)
  const encoded = encodedKey(cache, key)
  const { status, error } = observer.snapshot()
  const known = attempts.get(encoded)
  if (known?.failedAt !== undefined && status === 'failed') throw error
  if (known !== undefined && known.failedAt === undefined) throw known.promise
  const load = status === 'failed' ? observer.refetch() : observer.ready()
  const attempt: Attempt = { failedAt: undefined, promise: load.then((snapshot) => ended(snapshot)) }
  attempts.set(encoded, attempt)
  throw attempt.promise

  function ended(snapshot: Snapshot): void {
    if (snapshot.status === 'failed') attempt.failedAt = insideOf(cache).elapsed()
    else if (attempts.get(encoded) === attempt) attempts.delete(encoded)
  }
}

/** From now on components load again what has failed. */
export function forgetFailures(cache: Cache): void {
  forget(attemptsOf(cache), Number.POSITIVE_INFINITY)
}

/** Forgets what failed up to an instant. By no timer, which would outlive the cache: a failure is small. */
function forget(attempts: Map<string, Attempt>, upTo: number): void {
  for (const [encoded, { failedAt }] of attempts) {
    if (failedAt !== undefined && failedAt <= upTo) attempts.delete(encoded)
  }
}
