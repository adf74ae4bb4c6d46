import type { Checker } from './checker.ts'
import type { Climate } from './climate.ts'
import type { Cluster } from './cluster.ts'
import type { History } from './history.ts'
import type { World } from './world.ts'

/** What everything of a run shares. */
export interface Scene {
  readonly world: World
  readonly climate: Climate
  readonly cluster: Cluster
  readonly history: History
  readonly checker: Checker
}
