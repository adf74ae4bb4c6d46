import { join } from 'node:path'
import { chromium, describeIn } from '@hotpath/browsers'
import { describe, expect, it } from 'vitest'
import type * as userCache from './pages/user-cache.tsx'

const site = { pages: { 'user-cache': join(import.meta.dirname, 'pages/user-cache.tsx') } }

describe('a cache for each user', () => {
  describeIn([chromium], site, (stage) => {
    it('is the one that is open, also where components are mounted twice, and closed at the end', async () => {
      const page = (await stage().open('user-cache')).page<typeof userCache>()
      expect(await page.visit()).toEqual({ counts: [1, 1], isOneEach: true, complaints: [] })
    })
  })
})
