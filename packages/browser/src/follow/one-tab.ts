/** Decides which tab connects: one for all that have one log, and each that goes on without it. */
import type { Clock } from '@hotpath/contract'
import { createTabs, type Tabs } from '@hotpath/web'
import { storageNameOf } from '../create/pages.ts'
import { META } from '../database/stores.ts'
import type { Connector } from './connector.ts'
import { firstOf, whenSharingChanges } from './shared-database.ts'

/** As much of the tabs as says which one leads. */
type LeadingTabs = Pick<Tabs, 'canLead' | 'isLeader' | 'on'>

/**
 * Has a connector started in this tab whenever it is its turn, until the function that it returns is called.
 *
 * @param given - Tabs of the caller's own; `false`: this one connects; `undefined`: those of the log.
 */
export function connectInOneTab(
  cache: object,
  connector: Pick<Connector, 'start' | 'stop'>,
  given: LeadingTabs | false | undefined,
  clock: Clock,
): () => void {
  /** End what decides it now. */
  const leaves: (() => void)[] = []
  let joins = 0

  function leave(): number {
    for (const end of leaves.splice(0).toReversed()) end()
    return ++joins
  }
  /** Again whenever the log of all is lost to this tab, or is back. */
  async function join(): Promise<void> {
    const own = leave()
    let tabs = given
    const name = storageNameOf(cache)
    const isOurs = name !== undefined
    // A tab with a log of its own hears of nothing that another one appends.
    const isAlone = tabs !== false && isOurs && (await firstOf(cache, META)) === undefined
    if (own !== joins) return
    if (tabs === undefined && isOurs && !isAlone) {
      const shared = createTabs({ name: `${name}:follow`, clock })
      leaves.push(() => shared.close())
      tabs = shared
    }
    if (isAlone || tabs === undefined || tabs === false || !tabs.canLead) return connector.start()
    leaves.push(
      tabs.on('leader', () => connector.start()),
      tabs.on('follower', () => connector.stop()),
    )
    if (tabs.isLeader) connector.start()
    else connector.stop()
  }

  const stopListening = whenSharingChanges(cache, () => void join())
  void join()
  return () => {
    stopListening()
    leave()
  }
}
