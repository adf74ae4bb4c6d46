import { join } from 'node:path'
import { chromium, describeIn } from '@hotpath/browsers'
import { describe, expect, it } from 'vitest'
import type * as userCache from './pages/user-cache.ts'

const site = { pages: { 'user-cache': join(import.meta.dirname, 'pages/user-cache.ts') } }

describe('a cache for each user', () => {
  describeIn([chromium], site, (stage) => {
    it('is the one that is open, and closed at the end', async () => {
      const page = (await stage().open('user-cache')).page<typeof userCache>()
      expect(await page.visit()).toEqual({ counts: [1, 1], isOneEach: true, complaints: [] })
    })
  })
})
