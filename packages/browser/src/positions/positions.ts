import {
  checkOptions,
  countOption,
  type OptionTable,
  parseToken,
  requiredString,
  stringOption,
  type Token,
  toToken,
} from '@hotpath/contract'
import { openDatabase } from '@hotpath/web/database'
import { type StorageOwner, storageName } from '../database/names.ts'
import { STORES } from '../database/stores.ts'
import { LogStore } from '../log/log-store.ts'

/** Which cache it is about: what `createBrowserCache` was given. */
export interface PositionsOptions {
  /** Name of the cache. */
  readonly name: string
  /** Whose data it is. Default: nobody's in particular. */
  readonly scope?: string | undefined
  /** Version of the application's values. Default 1. */
  readonly schema?: number | undefined
}

/** What something that was read depends on. */
export interface ReadDependencies {
  /** Its encoded key. */
  readonly key?: string | undefined
  /** Its tags. */
  readonly tags?: readonly string[] | undefined
}

/** What the log of the tabs says at one moment. */
export interface Positions {
  /** What is read from now on is current at it: keep it with what you store. */
  readonly token: Token
  /** Whether what was read at a token still holds: `stale` after a soft invalidation, `gone` after a hard one. */
  judge(token: Token, of: ReadDependencies): 'valid' | 'stale' | 'gone'
}

const OPTIONS: OptionTable<keyof PositionsOptions> = { name: "'shop'", scope: stringOption, schema: countOption }

/**
 * Reads what the tabs of a cache have invalidated, without a cache: for a service worker that judges responses that it has
 * stored. It writes nothing. Resolves to `undefined` where the tabs have no log yet, or it is damaged; then nothing that was
 * stored is known to hold.
 *
 * @throws ConfigError for a wrong option.
 * @returns Rejects with StorageError where there is no IndexedDB.
 *
 * @example
 * ```ts
 * import { readPositions, type Token } from '@hotpath/browser/positions'
 *
 * async function isCurrent(response: { readonly token: Token; readonly tags: readonly string[] }): Promise<boolean> {
 *   const positions = await readPositions({ name: 'shop', scope: 'user-42', schema: 3 })
 *   return positions?.judge(response.token, { tags: response.tags }) === 'valid'
 * }
 * ```
 */
export async function readPositions(options: PositionsOptions): Promise<Positions | undefined> {
  checkOptions(options, 'readPositions', OPTIONS)
  const { name, scope = '', schema = 1 } = options
  const owner: StorageOwner = { name: requiredString(name, 'name', "name: 'shop'"), scope, schema }
  const database = storageName(owner)
  if (!(await mayExist(database))) return undefined
  const opened = openDatabase({ name: database, stores: STORES })
  try {
    return await positionsIn(new LogStore(opened))
  } finally {
    await opened.close()
  }
}

/** To open a database that is not there would make it. Where the browser does not say, it may be there. */
async function mayExist(database: string): Promise<boolean> {
  try {
    return (await indexedDB.databases()).some(({ name }) => name === database)
  } catch {
    return true
  }
}

/** @internal */
export async function positionsIn(store: Pick<LogStore, 'peek'>): Promise<Positions | undefined> {
  const state = await store.peek()
  if (state === undefined) return undefined
  const { head, positions } = state
  return {
    token: toToken(head),
    judge(token, { key = '', tags = [] }) {
      const { epoch, position } = parseToken(token, 'token')
      // A position that is ahead of the log was made up.
      if (epoch !== head.epoch || position > head.position || positions.hardAt(key, tags) > position) return 'gone'
      return positions.softAt(key, tags) > position ? 'stale' : 'valid'
    },
  }
}
