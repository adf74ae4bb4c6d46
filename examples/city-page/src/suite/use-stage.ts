/** A stage for the tests of a suite. */
import type { InstalledEngine, Tab } from '@hotpath/browsers'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { type PageStage, type StartPage, openStage } from './stage.ts'
import { type User, userOf } from './user.ts'

/** Of the places, the biggest first. */
export const NAMES: readonly string[] = [
  'Berlin',
  'Bern',
  'Bergen',
  ...Array.from({ length: 47 }, (_, index) => `Town ${index}`),
]

/** What a suite gets, as there is no stage before its tests run. */
export interface Stage {
  /** Opens a tab at a path. */
  open(path: string): Promise<User>
  /** Lets the server make trouble, or end it. */
  trouble(conditions: object): Promise<Response>
  /** Where the API listens, beside the page's server. */
  apiUrl(): string
}

/** Opens it before the tests of the suite that is being declared, and closes it after them. */
export function useStage(start: StartPage, engine: InstalledEngine): Stage {
  let stage: PageStage
  beforeAll(async () => {
    stage = await openStage({ start, engine, names: NAMES })
  })
  afterAll(() => stage.close())
  const opened: Tab[] = []
  const trouble = (conditions: object): Promise<Response> =>
    fetch(`${stage.server.url}/conditions`, { method: 'PUT', body: JSON.stringify(conditions) })
  // A test that fails leaves its tabs, and an API that may be away: the next ones would fail with it.
  afterEach(async ({ task }) => {
    const left = opened.splice(0)
    if (task.result?.state !== 'fail') return
    await trouble({ isAway: false, isSlow: false, failsWrites: false })
    await Promise.allSettled(left.map((tab) => tab.close()))
  })
  return {
    apiUrl: () => stage.apiUrl,
    async open(path) {
      const tab = await stage.browser.open(stage.server.url + path)
      opened.push(tab)
      return userOf(tab)
    },
    trouble,
  }
}
