import type { InvalidationLog, TierContext } from '@hotpath/contract'
import { systemClock } from '@hotpath/core'
import { logCases, tierCases } from '@hotpath/testkit'
import { afterAll, describe, test } from 'vitest'
import { sqlite } from '../../../src/index.ts'
import { freshPath, removeFolders } from './folder.ts'

afterAll(removeFolders)

const places: Record<string, () => string> = { 'a file': freshPath, 'in memory': () => ':memory:' }
for (const [place, path] of Object.entries(places)) {
  describe(place, () => {
    describe('the suite for tiers', () => {
      for (const { name, run } of tierCases({ open: () => sqlite({ path: path() }) })) test(name, run)
    })

    describe('the suite for logs', () => {
      const open = (context: TierContext): InvalidationLog => {
        const log = sqlite({ path: path() }).openLog?.(context)
        if (log === undefined) throw new Error('no log')
        return log
      }
      for (const { name, run } of logCases({ open, clock: systemClock })) test(name, run)
    })
  })
}
