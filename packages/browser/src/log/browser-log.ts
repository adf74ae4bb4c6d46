/** The invalidation log of all tabs of a cache: kept in IndexedDB, with a channel that wakes the tabs. */
import type { Clock, InvalidationLog, LogHead, Mark } from '@hotpath/contract'
import { type Lifecycle, openTabChannel, type TabChannel } from '@hotpath/web'
import type { Database } from '@hotpath/web/database'
import { inNextTask } from '../store/next-task.ts'
import { handedOn } from './handed-on.ts'
import { type HeardListener, LogReader } from './log-reader.ts'
import { type LogDatabase, LogStore, MAX_BATCH } from './log-store.ts'
import { listenToTabs } from './wake.ts'
import { type Room, withRoom } from './with-room.ts'

/** What a log is made of. */
export interface BrowserLogOptions extends Room {
  /** Holds the log. It is not closed with it. */
  readonly database: LogDatabase & Pick<Database, 'on'>
  /** Common to the tabs of the database. */
  readonly name: string
  readonly clock: Clock
  readonly lifecycle: Pick<Lifecycle, 'state' | 'on'>
  /** Hears of what this tab hears of, its own appends included. */
  readonly heard?: HeardListener | undefined
  /** Default: a `BroadcastChannel`, where there is one. */
  readonly openChannel?: ((name: string) => TabChannel | undefined) | undefined
}

/** Name of the channel that wakes the tabs of a database. */
export function logChannel(name: string): string {
  return `${name}:log`
}

/** Opens the log of a database. It has no heartbeat, as a log on the same machine is never out of reach. */
export function openBrowserLog(options: BrowserLogOptions): InvalidationLog {
  const { database, name, clock, lifecycle, makeRoom, full, heard, openChannel = openTabChannel } = options
  const store = new LogStore(withRoom(database, { makeRoom, full }))
  const reader = new LogReader(store, clock, heard)
  const wake = listenToTabs({
    channel: openChannel(logChannel(name)),
    lifecycle,
    clock,
    wake: () => reader.wake(),
    appended: (handed) => reader.heard(handed),
    returned: () => reader.interrupt(new Error('the page was away')),
  })
  const stopFollowing = database.on('closed', ({ reason }) =>
    reader.interrupt(new Error(`the database was closed: ${reason}`)),
  )
  let isClosed = false
  const assertOpen = (): void => {
    if (isClosed) throw new Error('the log was closed')
  }

  return {
    maxRecords: MAX_BATCH,
    nextTask: inNextTask,
    async append(invalidations) {
      assertOpen()
      const appended = await store.append(invalidations, () => wake.others(null))
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
