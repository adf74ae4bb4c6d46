/** The invalidation log of all tabs of a cache: kept in IndexedDB, with a channel that wakes the tabs. */
import {
  type Clock,
  type Invalidation,
  type InvalidationLog,
  isHotpathError,
  type LogHead,
  type Mark,
} from '@hotpath/contract'
import { type Lifecycle, openTabChannel, type TabChannel } from '@hotpath/web'
import type { Database } from '@hotpath/web/database'
import { inNextTask } from '../store/next-task.ts'
import { handedOn } from './handed-on.ts'
import { type HeardListener, LogReader } from './log-reader.ts'
import { type Appended, type LogDatabase, LogStore, MAX_BATCH } from './log-store.ts'
import { listenToTabs } from './wake.ts'

/** What a log is made of. */
export interface BrowserLogOptions {
  /** Holds the log. It is not closed with it. */
  readonly database: LogDatabase & Pick<Database, 'on'>
  /** Common to the tabs of the database. */
  readonly name: string
  readonly clock: Clock
  readonly lifecycle: Pick<Lifecycle, 'state' | 'on'>
  /** Frees disk space for an append that found none. Default: it fails. */
  readonly makeRoom?: (() => Promise<void>) | undefined
  /** Hears of what this tab hears of, its own appends included. */
  readonly heard?: HeardListener | undefined
  /** Default: a `BroadcastChannel`, where there is one. */
  readonly openChannel?: ((name: string) => TabChannel | undefined) | undefined
}

/** Opens the log of a database. It has no heartbeat, as a log on the same machine is never out of reach. */
export function openBrowserLog(options: BrowserLogOptions): InvalidationLog {
  const { database, name, clock, lifecycle, makeRoom, heard, openChannel = openTabChannel } = options
  const store = new LogStore(database)
  const reader = new LogReader(store, clock, heard)
  const wake = listenToTabs({
    channel: openChannel(`${name}:log`),
    lifecycle,
    clock,
    wake: () => reader.wake(),
    appended: (handed) => reader.heard(handed),
    returned: () => reader.interrupt(new Error('the page was away')),
  })
  const stopFollowing = database.on('closed', ({ reason }) =>
    reader.interrupt(new Error(`the database was closed: ${reason}`)),
  )
  const append = (invalidations: readonly Invalidation[]): Promise<Appended> => {
    const stored = (): Promise<Appended> => store.append(invalidations, () => wake.others(null))
    return stored().catch(async (error: unknown) => {
      if (makeRoom === undefined || !isHotpathError(error, 'ERR_STORAGE_QUOTA')) throw error
      await makeRoom()
      return stored()
    })
  }
  let isClosed = false
  const assertOpen = (): void => {
    if (isClosed) throw new Error('the log was closed')
  }

  return {
    maxRecords: MAX_BATCH,
    nextTask: inNextTask,
    async append(invalidations) {
      assertOpen()
      const appended = await append(invalidations)
      if (!isClosed && invalidations.length > 0) wake.others(handedOn(appended, invalidations))
      reader.appended(appended, invalidations)
      const { epoch, position } = appended.head
      return { epoch, position }
    },
    async follow(follower) {
      assertOpen()
      return reader.follow(follower)
    },
    async snapshot() {
      assertOpen()
      const { head, positions } = await store.state()
      return { ...headOf(head), positions }
    },
    async head() {
      assertOpen()
      const head = headOf(await store.head())
      reader.reached(head)
      return head
    },
    async recordsAfter(position) {
      assertOpen()
      return (await store.recordsAfter(position)).records
    },
    close() {
      isClosed = true
      reader.close()
      wake.close()
      stopFollowing()
    },
  }
}

/** A log that is lost is lost as a whole, so its life is its epoch. */
function headOf({ epoch, position }: Mark): LogHead {
  return { epoch, position, life: epoch }
}
