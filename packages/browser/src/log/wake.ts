/**
 * When a tab looks for new records: a message says that there are some before they are on the disk, and hands them on when
 * they are, as to read them would be to wait for what other tabs write.
 */
import type { Clock } from '@hotpath/contract'
import type { Lifecycle, TabChannel } from '@hotpath/web'
import { type HandedOn, type Heard, heardIn } from './handed-on.ts'

/** Without a channel a tab on screen looks this often. */
const LOOK_MS = 1_000

/** What waking needs. */
export interface WakeOptions {
  /** `undefined`: the browser has none. */
  readonly channel: TabChannel | undefined
  readonly lifecycle: Pick<Lifecycle, 'state' | 'on'>
  readonly clock: Clock
  /** There may be new records. */
  readonly wake: () => void
  /** Another tab has appended. */
  readonly appended: (heard: Heard) => void
  /** The page was away, and what it knows is old: called before anything else of the page runs. */
  readonly returned: () => void
}

/** Listens to other tabs and to the page. */
export interface Wake {
  /** Wakes other tabs, or hands on what was appended. */
  others(handed: HandedOn | null): void
  /** Idempotent. */
  close(): void
}

/** Begins to listen. */
export function listenToTabs({ channel, lifecycle, clock, wake, appended, returned }: WakeOptions): Wake {
  let cancel = (): void => {}
  const lookLater = (): void => {
    cancel = clock.after(LOOK_MS, () => {
      if (lifecycle.state === 'visible') wake()
      lookLater()
    })
  }
  if (channel === undefined) lookLater()
  else {
    channel.addEventListener('message', ({ data }) => {
      const heard = heardIn(data)
      if (heard === undefined) wake()
      else appended(heard)
    })
  }
  let isAway = false
  const stopFollowing = lifecycle.on('*', (event) => {
    const { type } = event
    if (type === 'frozen' || type === 'pagehide') isAway = true
    // A page that is restored is visible before its `pageshow`, and may read by then.
    else if (type === 'resumed' || (type === 'pageshow' && event.restored) || (type === 'visible' && isAway)) {
      isAway = false
      returned()
    } else if (type === 'visible') wake()
  })
  return {
    others: (handed) => channel?.postMessage(handed),
    close() {
      cancel()
      stopFollowing()
      channel?.close()
    },
  }
}
