/**
 * Keeps the catalog current: it is read at first use, looked at again every `schemaCheck`, and read anew when its version
 * changed. Changes of the schema that went through an optimizer, of any process, are seen in the invalidation log at once.
 */
import { type Clock, type Token, digestOf } from '@hotpath/contract'
import type { DatabaseDriver } from '../driver/driver.ts'
import type { Lender, Lent } from '../connections/lender.ts'
import { SCHEMA_TAG } from '../write/changes.ts'
import type { LogReader } from '../ttl/write-rates.ts'
import { DatabaseSchema } from './database-schema.ts'
import { type SessionProfile, readCatalog, schemaVersion } from './read-catalog.ts'

/** A catalog, and the sessions that it was read by. */
export interface SchemaState {
  readonly schema: DatabaseSchema
  readonly profile: SessionProfile
  /** Names database, schema and session in keys. */
  readonly keyStart: string
}

/** What a watch works with. */
export interface SchemaWatchOptions {
  readonly driver: DatabaseDriver
  readonly lender: Lender
  readonly log: LogReader
  readonly clock: Clock
  readonly checkMs: number
  /** Resolves when the log has begun, or could not be reached in time. */
  readonly begun: () => Promise<unknown>
  /** Called with each catalog after the first. */
  readonly changed: (state: SchemaState) => void | Promise<void>
  /** A check failed; what is known stays in use. */
  readonly failed: (error: unknown) => void
}

/** So many connections of other settings one after another make us look at the settings again. */
const MAX_STRANGERS = 10

/** Watches the schema. */
export class SchemaWatch {
  readonly #options: SchemaWatchOptions
  #state: SchemaState | undefined
  #token: Token | undefined
  #checkedAt = Number.NEGATIVE_INFINITY
  #running: Promise<SchemaState> | undefined
  #strangers = 0
  #isAway = false

  constructor(options: SchemaWatchOptions) {
    this.#options = options
  }

  /** The state if it may be used as it is; otherwise `ready` has to be waited for. Begins a check before it is due. */
  current(now: number = this.#options.clock.monotonic()): SchemaState | undefined {
    const state = this.#state
    if (state === undefined) return undefined
    const { checkMs } = this.#options
    const ageMs = now - this.#checkedAt
    if (ageMs < checkMs / 2) return state
    const check = this.#check()
    void check.catch(() => {})
    return ageMs < checkMs ? state : undefined
  }

  /** What is known, however old. */
  last(): SchemaState | undefined {
    return this.#state
  }

  /** Waits for a state that is current. Rejects when there never was one. */
  async ready(): Promise<SchemaState> {
    return this.current() ?? (await this.#check())
  }

  /** Looks now, whenever the last look was; `undefined` where that is not possible. */
  async lookAgain(): Promise<SchemaState | undefined> {
    // One that has begun may have seen less.
    await this.#running?.catch(() => {})
    this.expire()
    const state = await this.#check()
    return this.#isAway ? undefined : state
  }

  /** Whether no optimizer changed the schema since the catalog was read. */
  isCurrent(): boolean {
    const { log } = this.#options
    const token = this.#token
    if (token === undefined) return false
    // Where the log has nothing new there is nothing to ask, and what was asked once need not be asked again.
    const now = log.position()
    if (now === token) return true
    if (!log.isCurrent(token, { tags: [SCHEMA_TAG] })) return false
    this.#token = now ?? token
    return true
  }

  /** The schema has changed: what is known must not be used any more. */
  expire(): void {
    this.#checkedAt = Number.NEGATIVE_INFINITY
    this.#token = undefined
  }

  /** A connection was used. Where it is the only one, a session that was changed is that of all that follows. */
  sessionUsed({ connection }: Lent, mayBeChanged: boolean): void {
    if (connection.isEmbedded && mayBeChanged) this.expire()
  }

  /** Whether a connection has the settings that keys are made for. */
  fits(lent: Lent): boolean {
    if (lent.profile.signature === this.#state?.profile.signature && lent.profile.isUsable) {
      this.#strangers = 0
      return true
    }
    if (++this.#strangers >= MAX_STRANGERS && lent.profile.isUsable) {
      this.#strangers = 0
      this.expire()
    }
    return false
  }

  #check(): Promise<SchemaState> {
    this.#running ??= this.#look().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #look(): Promise<SchemaState> {
    const { clock, lender, log, driver, checkMs } = this.#options
    const before = this.#state
    try {
      if (log.position() === undefined) await this.#options.begun()
      // Noted before the look: a change that comes in meanwhile makes it look again.
      const token = log.position()
      const lent = await lender.take()
      const beganAt = clock.monotonic()
      let state: SchemaState
      try {
        state = await this.#read(lent, before, driver)
      } catch (error) {
        lent.release(!driver.isRejected(error) && driver.dialect !== 'sqlite')
        throw error
      }
      lent.release()
      this.#state = state
      this.#token = token
      // It saw what there was when it began. One that took very long is good for a while all the same: otherwise each call
      // would wait for the next.
      this.#checkedAt = Math.max(beganAt, clock.monotonic() - checkMs / 2)
      this.#isAway = false
      if (before !== undefined && before !== state) await this.#options.changed(state)
      return state
    } catch (error) {
      if (before === undefined) throw error
      this.#options.failed(error)
      this.#isAway = true
      // As good as before: not asked again by each call while the database is away.
      this.#checkedAt = clock.monotonic()
      return before
    }
  }

  async #read(lent: Lent, before: SchemaState | undefined, driver: DatabaseDriver): Promise<SchemaState> {
    const { connection, profile } = lent
    if (before !== undefined && this.#token !== undefined && before.profile.signature === profile.signature) {
      const version = await schemaVersion(connection, driver.dialect)
      if (version === before.schema.version) return before
    }
    const schema = new DatabaseSchema(await readCatalog(connection, driver.dialect))
    // A version may say less than the catalog: what a change of ours led to is taken in any case.
    if (before?.profile.signature === profile.signature && before.schema.isSameAs(schema)) return before
    const names = [driver.identity, schema.version, profile.signature].join('\0')
    return { schema, profile, keyStart: digestOf(names).slice(0, 24) }
  }
}
