import { join } from 'node:path'
import { describeIn, engines, until } from '@hotpath/browsers'
import { describe, expect, it } from 'vitest'
import type * as page from './pages/encryption.ts'

type Page = typeof page

const site = { pages: { encryption: join(import.meta.dirname, 'pages/encryption.ts') } }

describe('a page that encrypts, in every engine', () => {
  describeIn(engines, site, (stage) => {
    it('finds its values after a reload, shows nothing of them, and loses them with the key', async () => {
      const tab = await stage().open('encryption')
      const page = tab.page<Page>()
      await page.open()
      await page.load('k', 'needle')
      await until('it is stored', async () => (await page.stored()) !== '')
      expect(await page.stored()).not.toContain('needle')
      await tab.reload()
      await page.open()
      expect(await page.get('k')).toBe('needle')
      await page.forget()
      await tab.reload()
      await page.open()
      expect(await page.get('k')).toBeNull()
      expect(await page.faultCodes()).toEqual([expect.stringMatching(/^ERR_CODEC/)])
    })

    it('lets a service worker judge what it has stored, which makes no database', async () => {
      const tab = await stage().open('encryption')
      const page = tab.page<Page>()
      await page.open()
      await page.load('k', 'value')
      expect(await page.judgements()).toEqual(['gone', 'valid', 'undefined', 'false'])
    })
  })
})
