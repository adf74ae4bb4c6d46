/** A database for what cannot be done without, which the log is: where there is no room for it, entries go, and it is tried once more. */
import { isHotpathError } from '@hotpath/contract'
import type { LogDatabase } from './log-store.ts'

/** What is done where there is no room. */
export interface Room {
  /** Frees disk space. Default: nothing is tried again. */
  readonly makeRoom?: (() => Promise<void>) | undefined
  /** There is none even so: called before whatever was to be written fails, all of which waits for it. */
  readonly full?: ((cause: unknown) => Promise<void>) | undefined
}

/** The database, with transactions that are tried again. */
export function withRoom(database: LogDatabase, { makeRoom, full }: Room): LogDatabase {
  let saying: Promise<void> | undefined
  const transaction: LogDatabase['transaction'] = async (...given) => {
    let mayTry = makeRoom !== undefined
    for (;;) {
      try {
        return await database.transaction(...given)
      } catch (error) {
        if (!isHotpathError(error, 'ERR_STORAGE_QUOTA')) throw error
        if (!mayTry) {
          saying ??= full?.(error).finally(() => void (saying = undefined))
          await saying
          throw error
        }
        mayTry = false
        await makeRoom?.()
      }
    }
  }
  return {
    get: (...given) => database.get(...given),
    getAll: (...given) => database.getAll(...given),
    transaction,
  }
}
