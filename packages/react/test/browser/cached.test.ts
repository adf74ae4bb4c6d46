import { join } from 'node:path'
import { chromium, describeIn, engines } from '@hotpath/browsers'
import { describe, expect, it } from 'vitest'
import type * as cached from './pages/cached.tsx'

const site = { pages: { cached: join(import.meta.dirname, 'pages/cached.tsx') } }

describe('useCached in Chromium', () => {
  describeIn([chromium], site, (stage) => {
    const open = async () => ({ page: (await stage().open('cached')).page<typeof cached>() })

    it('loads once for a hundred components, and renders each once for it', async () => {
      expect(await (await open()).page.hundred()).toEqual({ loads: 2, renders: 200, complaints: [] })
    })

    it('renders each of a thousand components once when their tag is invalidated', async () => {
      expect(await (await open()).page.thousand()).toEqual({ renders: 1_000, complaints: [] })
    })

    it('renders for what was read, and not for a value that says the same', async () => {
      const { page } = await open()
      expect(await page.onlyWhatIsRead()).toEqual({ afterSame: 0, afterOther: 1, complaints: [] })
    })

    it('uses the loader and the options of the last render', async () => {
      expect(await (await open()).page.latestLoader()).toEqual([])
    })
  })
})

describe('useCached in every engine', () => {
  describeIn(engines, site, (stage) => {
    it('loads, aborts, keeps what was shown and survives its loaders', async () => {
      const page = (await stage().open('cached')).page<typeof cached>()
      expect(await page.strict()).toEqual({
        afterMount: { loads: 1, aborted: 0 },
        afterUnmount: { loads: 1, aborted: 1 },
        complaints: [],
      })
      expect(await page.keyChanges()).toEqual({
        seen: ['undefined', 'n1', 'n1?', 'n3'],
        aborted: [2],
        text: 'n3',
        complaints: [],
      })
      expect(await page.badLoaders()).toEqual([])
    })
  })
})
