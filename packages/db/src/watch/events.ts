/** What an optimizer tells while it works. Never parameters, and of statements the shape alone. */
import { EventBus, type EventNamed, type HotpathError } from '@hotpath/contract'
import type { QuerySource } from '../query-stats.ts'

/** Everything that an optimizer tells, as a union discriminated by `type`. Durations are milliseconds. */
export type QueryEvent =
  | {
      /** A read that returned rows. */
      readonly type: 'query'
      /** Shape of the statement. */
      readonly fingerprint: string
      /** Where the rows came from. */
      readonly source: QuerySource
      /** From the call to the rows. */
      readonly durationMs: number
      /** How many rows. */
      readonly rowCount: number
    }
  | {
      /** A statement that the database worked on for longer than `slowQuery`. */
      readonly type: 'slow-query'
      /** Shape of the statement. */
      readonly fingerprint: string
      /** How long the database took. */
      readonly durationMs: number
      /** How long a connection was waited for before. */
      readonly waitMs: number
      /** How many rows. */
      readonly rowCount: number
      /** Tables of the statement. */
      readonly tables: readonly string[]
    }
  | {
      /** A statement that may have changed something. */
      readonly type: 'write'
      /** Shape of the statement. */
      readonly fingerprint: string
      /** How long the database took. */
      readonly durationMs: number
      /** How many rows. */
      readonly rowCount: number
      /** Tables of the statement. */
      readonly tables: readonly string[]
    }
  | {
      /** A transaction that has ended. */
      readonly type: 'transaction'
      /** `unknown`: the connection broke at the commit; all that it wrote is invalidated. */
      readonly outcome: 'committed' | 'rolled-back' | 'unknown'
      /** From begin to end. */
      readonly durationMs: number
      /** How many statements it ran. */
      readonly statements: number
    }
  | {
      /** The schema has changed: all results are loaded anew. */
      readonly type: 'schema'
    }
  | {
      /** A transaction that has been open for longer than `leakAfter`, and keeps its connection. */
      readonly type: 'leak'
      /** For how long. */
      readonly heldMs: number
      /** Where it was begun. */
      readonly stack: string
    }
  | {
      /** Something failed that no caller waits for. */
      readonly type: 'fault'
      /** What went wrong. */
      readonly error: HotpathError
    }

/** Names of the events. */
export type QueryEventType = QueryEvent['type']

/** The event of one name, or any event for `'*'`. */
export type QueryEventOf<Type extends QueryEventType | '*'> = EventNamed<QueryEvent, Type>

/** Called for each event of a type; what it throws becomes a `fault` event and harms nobody. */
export type QueryListener<Type extends QueryEventType | '*'> = (event: QueryEventOf<Type>) => void

const ALL_TYPES: Readonly<Record<QueryEventType, true>> = {
  query: true,
  'slow-query': true,
  write: true,
  transaction: true,
  schema: true,
  leak: true,
  fault: true,
}

/** Listeners of one optimizer. */
export class QueryEvents extends EventBus<QueryEvent> {
  constructor() {
    super(ALL_TYPES, { subject: 'db', wentOn: 'The optimizer' })
  }

  fault(error: HotpathError): void {
    this.emit({ type: 'fault', error })
  }
}
