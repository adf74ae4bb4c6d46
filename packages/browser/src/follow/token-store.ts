/** Where the token is kept up to which everything that a server invalidated was appended. */
import { parseToken, type Token } from '@hotpath/contract'
import type { Database } from '@hotpath/web/database'
import { HEARD_TOKEN, META, SERVER_TOKEN } from '../database/stores.ts'
import { sharedDatabase } from './shared-database.ts'

/** Keeps a token. */
export interface TokenStore {
  /** Everything up to it was appended. */
  read(): Promise<Token | undefined>
  write(token: Token): Promise<void>
  /** Some of what comes up to it may have been appended, and nothing that came later. */
  readHeard(): Promise<Token | undefined>
  /**
   * Says so to all tabs before it is.
   *
   * @param latest - How far it goes by now: asked again once that is written, as more may have come.
   */
  willAppend(latest: () => Token): Promise<void>
}

/**
 * Keeps it beside the entries, for all tabs and the next visit; where there is no such place, for as long as this page. One
 * that is older than what was appended is no harm: the records after it are appended once more. None of it ever rejects.
 */
export function createTokenStore(cache: object): TokenStore {
  let kept: Token | undefined
  let heard: Token | undefined
  /** What this tab wrote last. */
  let written: Token | undefined
  // What is kept there says what was appended to a log that is there too.
  const database = (): Promise<Database | undefined> => sharedDatabase(cache)
  const readAt = async (key: string, other: Token | undefined): Promise<Token | undefined> => {
    try {
      const stored = await (await database())?.get(META, key)
      if (stored === undefined) return other
      parseToken(stored as Token)
      return stored as Token
    } catch {
      return other
    }
  }
  const read = (): Promise<Token | undefined> => readAt(SERVER_TOKEN, kept)
  return {
    read,
    async write(token) {
      kept = token
      // A server says often that nothing is new.
      if (token === written) return
      await (await database())?.put(META, SERVER_TOKEN, token).then(
        () => void (written = token),
        () => {},
      )
    },
    async readHeard() {
      return (await readAt(HEARD_TOKEN, heard)) ?? read()
    },
    async willAppend(latest) {
      const stored = await database()
      if (stored === undefined) {
        heard = latest()
        return
      }
      // At once: what is appended waits for it.
      const noting = stored.transaction([META], async (transaction) => {
        const first = latest()
        await transaction.put(META, HEARD_TOKEN, first)
        heard = latest()
        if (heard !== first) await transaction.put(META, HEARD_TOKEN, heard)
      })
      await noting.catch(() => void (heard = latest()))
    },
  }
}
