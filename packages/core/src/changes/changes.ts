import { type OptionTable, type Token, checkOptions, parseToken, signalOption } from '@hotpath/contract'
import type { Cache } from '../cache/cache.ts'
import { engineOf } from '../door/engine-of.ts'
import { closedError } from '../flights/flight.ts'
import { type Change, ChangeReader } from './change-reader.ts'

export type { Change, ChangeGap } from './change-reader.ts'

/** Options of `changes`. */
export interface ChangesOptions {
  /**
   * The token of the last change that was dealt with: what came after it is read from the log first, where the log keeps
   * its records (Redis, SQL), and is a gap elsewhere. Default: from now on.
   */
  readonly from?: Token | undefined
  /** Ends the iteration. */
  readonly signal?: AbortSignal | undefined
}

/** What `changes` returns. */
export interface Changes extends AsyncIterableIterator<Change>, AsyncDisposable {
  /** Ends it, also while a change is waited for. Idempotent. */
  return(): Promise<IteratorResult<Change, undefined>>
}

const CHANGES_OPTIONS: OptionTable<keyof ChangesOptions> = { from: true, signal: signalOption }

/**
 * Follows the invalidation log of a cache: every record of every process, in order, each once, from the call on or from
 * a token. Where it cannot (the log has dropped the records or began anew, 10,000 of them were waiting and the log keeps
 * none, or there was no view of the log at the call), it returns a gap: then invalidate all that you keep. Ends with the
 * cache, by the signal, and by `break`.
 *
 * @throws ConfigError for a wrong option; TokenError `ERR_TOKEN_INVALID`; ClosedError.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { changes } from '@hotpath/core/changes'
 *
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * const purges = changes(cache)
 * await cache.invalidateTags(['prices'])
 *
 * for await (const change of purges) {
 *   if (change.type === 'gap') console.log('purge everything')
 *   else console.log(change.scope, change.strength) // { type: 'tag', tag: 'prices' } hard
 *   break
 * }
 * await cache.close()
 * ```
 */
export function changes(cache: Cache, options: ChangesOptions = {}): Changes {
  const engine = engineOf(cache)
  checkOptions(options, 'changes', CHANGES_OPTIONS)
  const { from, signal } = options
  const mark = from === undefined ? undefined : parseToken(from, 'from')
  if (engine.closed) throw closedError()
  const reader = new ChangeReader(engine, mark)
  const records = reader.read()
  const end = (): void => {
    signal?.removeEventListener('abort', end)
    engine.endings.delete(end)
    reader.end()
  }
  engine.endings.add(end)
  signal?.addEventListener('abort', end)
  if (signal?.aborted === true) end()
  return {
    next: () => records.next(),
    async return() {
      end()
      // Not waited for: it may be waiting for a log that does not respond.
      records.return(undefined).catch(() => {})
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      end()
    },
  }
}
