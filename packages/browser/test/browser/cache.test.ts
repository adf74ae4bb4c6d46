import { join } from 'node:path'
import { describeIn, engines, until } from '@hotpath/browsers'
import { describe, expect, it } from 'vitest'
import { expectAgreementWithout } from './agreement.ts'
import type * as page from './pages/cache.ts'

const site = { pages: { cache: join(import.meta.dirname, 'pages/cache.ts') } }

describe('a cache of a page in every engine', () => {
  describeIn(engines, site, (stage) => {
    async function tab() {
      const opened = await stage().open('cache')
      return { tab: opened, page: opened.page<typeof page>() }
    }

    it('has a tier of which the conformance suite holds', async () => {
      const { page } = await tab()
      expect(await page.runTierCases()).toEqual([expect.stringMatching(/^\d+ cases hold$/)])
    })

    it('finds after a reload what was loaded before, and not what was invalidated since', async () => {
      const { tab: opened, page } = await tab()
      const options = { name: 'reload' }
      await page.create(options)
      await page.load('kept', 'value', ['t'])
      await page.load('gone', 'value', ['u'])
      await page.invalidateTags(['u'])
      await until('it is stored', async () => (await page.inspect()).stored?.entries === 2)
      await opened.reload()
      await page.create(options)
      expect([await page.load('kept', 'new'), await page.load('gone', 'new'), await page.loadCount()]).toEqual([
        'value',
        'new',
        1,
      ])
      expect(await page.roundTrip()).toBe(true)
      expect(await page.faultCodes()).toEqual([])
    })

    it('finds all that it has stored after a reload, however much that was, save what was invalidated', async () => {
      const { tab: opened, page } = await tab()
      const options = { name: 'much', indexedDb: { window: 0 } }
      await page.create(options)
      await page.load('first', 'value', ['t'])
      await page.load('second', 'value', ['u'])
      await page.setNumbers(5_000)
      await page.invalidateTags(['u'])
      expect(await page.remove('number:17')).toBe('done')
      await opened.reload()
      await page.create(options)
      expect(await page.missingNumbers(5_000)).toEqual(['number:17'])
      expect([await page.get('first'), await page.get('second')]).toEqual(['value', null])
      expect(await page.faultCodes()).toEqual([])
    })

    it('begins with what was hot in the visit before, before anybody asks for it, save what was invalidated', async () => {
      const { tab: opened, page } = await tab()
      const options = { name: 'warm', memoryOnly: ['draft'], indexedDb: { window: 0 } }
      await page.create(options)
      for (const key of ['kept', 'gone', 'draft:1']) await page.load(key, key, [key])
      await page.setNumbers(500)
      for (const key of ['kept', 'gone', 'draft:1']) await page.get(key)
      await until('they are stored', async () => (await page.inspect()).stored?.entries === 502)
      await page.invalidateTags(['gone'])
      await opened.reload()
      await page.create(options)
      await until('it is in memory', async () => (await page.peek('kept')) === 'kept')
      expect([await page.peek('gone'), await page.peek('draft:1')]).toEqual([null, null])
      // Those that were used last, and no more than can be read at once.
      await until('others are, too', async () => (await page.peekedNumbers(500)) > 0)
      expect(await page.peekedNumbers(500)).toBe(198)
      expect([await page.loadCount(), await page.faultCodes()]).toEqual([0, []])
    })

    it('agrees with other tabs', async () => {
      const [one, other] = [await tab(), await tab()]
      await one.page.create({ name: 'tabs' })
      await other.page.create({ name: 'tabs' })
      await one.page.load('a', 'first', ['t'])
      await until('the other tab finds it', async () => (await other.page.get('a')) === 'first')
      await one.page.invalidateTags(['t'])
      await until('it is gone in the other tab', async () => (await other.page.peek('a')) === null)
      expect(await other.page.load('a', 'second', ['t'])).toBe('second')
    })

    it('goes on in memory while its database does not respond, and joins the other tabs once it does', async () => {
      const [holder, waiting] = [await tab(), await tab()]
      await holder.page.holdDatabase('hangs')
      try {
        await waiting.page.create({ name: 'hangs', tierTimeout: '1s' })
        expect(await waiting.page.set('a', 'mine')).toBe('done')
        expect([await waiting.page.peek('a'), await waiting.page.faultCodes()]).toEqual([
          'mine',
          ['ERR_TIER_TIMEOUT', 'ERR_TIER_FAILED'],
        ])
        expect(await waiting.page.inspect()).toMatchObject({ outlivesPage: false, indexedDb: 'no response' })
      } finally {
        await holder.page.letDatabaseGo()
      }
      await until('it is in use', async () => (await waiting.page.inspect()).indexedDb === 'in use')
      expect(await waiting.page.load('a', 'kept', ['t'])).toBe('kept')
      await holder.page.create({ name: 'hangs' })
      await until('the other tab finds it', async () => (await holder.page.get('a')) === 'kept')
      await holder.page.invalidateTags(['t'])
      await until('it is gone in this one', async () => (await waiting.page.peek('a')) === null)
    })

    it('does the same when its database was deleted underneath, and is not opened again', async () => {
      const [holder, waiting] = [await tab(), await tab()]
      await waiting.page.create({ name: 'lost', tierTimeout: '1s' })
      expect([await waiting.page.set('a', 'first'), await waiting.page.load('b', 'old', ['t'])]).toEqual([
        'done',
        'old',
      ])
      await holder.page.holdDatabase('lost')
      try {
        await until('it has closed its connection', async () => (await waiting.page.closedConnections()) > 0)
        expect([await waiting.page.set('a', 'mine'), await waiting.page.invalidate(['t'])]).toEqual(['done', 'done'])
        expect([await waiting.page.peek('a'), await waiting.page.get('b')]).toEqual(['mine', null])
        const codes = await waiting.page.faultCodes()
        expect(codes.filter((code) => code !== 'ERR_TIER_TIMEOUT')).toEqual(['ERR_TIER_FAILED'])
        const start = performance.now()
        expect(await waiting.page.inspect()).toMatchObject({ outlivesPage: false, indexedDb: 'no response' })
        // The time in which a database has to be opened.
        expect(performance.now() - start).toBeLessThan(10_000)
      } finally {
        await holder.page.letDatabaseGo()
      }
      await until('it is in use', async () => (await waiting.page.inspect()).indexedDb === 'in use')
      expect(await waiting.page.load('a', 'kept', ['t'])).toBe('kept')
      await holder.page.create({ name: 'lost' })
      await until('the other tab finds it', async () => (await holder.page.get('a')) === 'kept')
      await holder.page.invalidateTags(['t'])
      await until('it is gone in this one', async () => (await waiting.page.peek('a')) === null)
      expect(await waiting.tab.evaluate('globalThis.unhandled')).toBeUndefined()
    })

    it('goes on in memory where another program has a database of its name', async () => {
      const { page } = await tab()
      await page.makeForeign('foreign')
      await page.create({ name: 'foreign' })
      expect([await page.set('a', 1), await page.get('a'), await page.faultCodes()]).toEqual([
        'done',
        1,
        ['ERR_TIER_FAILED'],
      ])
      expect(await page.inspect()).toMatchObject({ outlivesPage: false, indexedDb: 'refused' })
    })

    it('agrees with other tabs again as soon as its database was deleted underneath', async () => {
      const [{ page: one }, { page: other }] = [await tab(), await tab()]
      await expectAgreementWithout((page) => page.deleteUnderneath('deleted'), { name: 'deleted', one, other })
    })

    it('shows placeholders of the visit before in the first turn, and judges them once the log is there', async () => {
      const { tab: opened, page } = await tab()
      const options = { name: 'first', localStorage: { keys: ['theme', 'home'] }, indexedDb: { window: 0 } }
      await page.create(options)
      await page.load('theme', 'dark', ['t'])
      await page.load('home', { list: [1] }, ['u'])
      await page.load('other', 1)
      await opened.reload()
      expect(await page.createAndLook(options, 'theme')).toEqual(['dark', null])
      expect(await page.get('theme')).toBe('dark')
      await page.invalidateTags(['t'])
      expect([await page.look('theme'), await page.load('theme', 'light')]).toEqual([null, 'light'])
    })

    it('keeps scopes and schemas apart, and deletes those of before', async () => {
      const { tab: opened, page } = await tab()
      await page.create({ name: 'schemas', schema: 1 })
      await page.set('a', 'old')
      expect((await page.databases()).filter((name) => name.includes(':schemas:'))).toHaveLength(1)
      await opened.reload()
      const items = async () => (await page.items()).filter((name) => name.includes(':schemas:'))
      expect(await items()).toEqual([expect.stringMatching(/:1\.1:hot$/)])
      await page.create({ name: 'schemas', schema: 2 })
      expect(await page.get('a')).toBeNull()
      await until('the old one is deleted', async () => {
        const names = (await page.databases()).filter((name) => name.includes(':schemas:'))
        return names.length === 1 && names[0]?.endsWith(':2.1') === true && (await items()).length === 0
      })
    })

    it('leaves the database of a deploy alone that another tab still uses', async () => {
      const [old, next] = [await tab(), await tab()]
      await old.page.create({ name: 'deploys', schema: 1 })
      await old.page.set('a', 'old')
      await next.page.create({ name: 'deploys', schema: 2 })
      await next.page.set('a', 'new')
      expect([await old.page.get('a'), await next.page.get('a')]).toEqual(['old', 'new'])
      expect((await next.page.databases()).filter((name) => name.includes(':deploys:'))).toHaveLength(2)
    })

    it('shows what another tab has set, and loads nothing over it', async () => {
      const [one, other] = [await tab(), await tab()]
      await one.page.create({ name: 'set' })
      await other.page.create({ name: 'set' })
      await other.page.show('a')
      const values = Array.from({ length: 20 }, (_, index) => `set ${index}`)
      for (const value of values) {
        await one.page.set('a', value)
        await until('it is shown', async () => (await other.page.history()).at(-1) === value)
      }
      expect(await other.page.history()).toEqual(['loaded', ...values])
      expect(await one.page.get('a')).toBe(values.at(-1))
    })

    it('ends a scope once, and nothing that was opened since', async () => {
      const { page } = await tab()
      const options = { name: 'again', scope: 'ann' }
      await page.create(options)
      await page.set('before', 1)
      expect(await page.endAgain(options)).toEqual(['done', 1])
    })

    it('ends a scope in all tabs, and leaves nothing of it', async () => {
      const [one, other] = [await tab(), await tab()]
      const options = { name: 'logout', scope: 'ann', localStorage: { keys: ['a'] } }
      await one.page.create(options)
      await other.page.create(options)
      await one.page.set('a', 'secret')
      expect(await other.page.get('a')).toBe('secret')
      // A placeholder is saved as the page is left, and what is hot.
      await one.tab.reload()
      await one.page.create(options)
      const items = async () =>
        (await one.page.items()).filter((name) => name.includes(':logout:') && !name.endsWith('ended'))
      expect(await items()).toHaveLength(2)
      expect(await one.page.end()).toBe('done')
      expect(await items()).toEqual([])
      expect([await one.page.peek('a'), await other.page.peek('a')]).toEqual([null, null])
      expect([await one.page.endings(), await other.page.endings()]).toEqual([['ended'], ['ended']])
      expect(await other.page.set('a', 'late')).toBe('ERR_CACHE_CLOSED')
      expect((await one.page.databases()).filter((name) => name.includes(':logout:'))).toEqual([])
      await one.tab.reload()
      await one.page.create(options)
      expect([await one.page.look('a'), await one.page.get('a')]).toEqual([null, null])
    })

    it('never stores namespaces that are for memory alone', async () => {
      const { tab: opened, page } = await tab()
      const options = { name: 'drafts', memoryOnly: ['draft'], localStorage: { keys: ['draft:1', 'post'] } }
      await page.create(options)
      await page.setIn('draft', '1', 'secret')
      await page.set('post', 'public')
      expect((await page.inspect()).stored?.entries).toBe(1)
      await opened.reload()
      expect(await page.createAndLook(options, 'draft:1')).toEqual([null, null])
      expect([await page.get('draft:1'), await page.get('post')]).toEqual([null, 'public'])
    })
  })
})

describe('what is missing or broken', () => {
  describeIn(engines, site, (stage) => {
    async function tab() {
      const opened = await stage().open('cache')
      return { tab: opened, page: opened.page<typeof page>() }
    }

    it.each([
      ['indexedDB', { outlivesPage: false, otherTabs: 'never' }],
      ['localStorage', { outlivesPage: true, hasPlaceholders: false }],
      ['BroadcastChannel', { outlivesPage: true, otherTabs: 'within a second' }],
      ['locks', { outlivesPage: true, loadsOnce: false }],
    ])('the cache works without %s, and says what that means', async (name, expected) => {
      const { tab: opened, page } = await tab()
      await page.create({ name: `without-${name}` }, [name])
      expect(await page.load('a', 'value')).toBe('value')
      expect(await page.peek('a')).toBe('value')
      expect(await page.inspect()).toMatchObject(expected)
      expect(await page.end()).toBe('done')
      expect(await opened.evaluate('globalThis.unhandled')).toBeUndefined()
    })

    it('the cache works without any of them', async () => {
      const { tab: opened, page } = await tab()
      await page.create({ name: 'alone' }, ['indexedDB', 'localStorage', 'BroadcastChannel', 'locks'])
      expect([await page.load('a', 'value'), await page.peek('a')]).toEqual(['value', 'value'])
      expect(await page.inspect()).toMatchObject({
        outlivesPage: false,
        otherTabs: 'never',
        loadsOnce: false,
        hasPlaceholders: false,
      })
      expect(await page.end()).toBe('done')
      expect(await opened.evaluate('globalThis.unhandled')).toBeUndefined()
    })

    it('values that cannot be stored stay in memory, and each is a fault of its own', async () => {
      const { tab: opened, page } = await tab()
      await page.create({ name: 'unclonable' })
      const outcomes = await page.setUnclonable()
      expect(outcomes.every((outcome) => outcome === 'done')).toBe(true)
      expect(await page.faultCodes()).toEqual(outcomes.map(() => 'ERR_CODEC_VALUE'))
      await page.set('good', 1)
      expect((await page.inspect()).stored?.entries).toBe(1)
      expect(await opened.evaluate('globalThis.unhandled')).toBeUndefined()
    })

    it('a record that is not of ours is dropped', async () => {
      const { page } = await tab()
      await page.create({ name: 'poison' })
      await page.set('good', 1)
      for (const key of ['bad', '__proto__', 'constructor']) await page.poison(key)
      expect([await page.get('bad'), await page.get('__proto__'), await page.get('good')]).toEqual([null, null, 1])
      expect(await page.faultCodes()).toContain('ERR_CODEC_FRAME')
      expect(await page.load('constructor', 'loaded')).toBe('loaded')
    })

    it('channels that cannot be made are none, which is said', async () => {
      const { page } = await tab()
      await page.denyChannels()
      await page.create({ name: 'no-channels' })
      expect(await page.set('a', 1)).toBe('done')
      expect(await page.inspect()).toMatchObject({ indexedDb: 'in use', otherTabs: 'within a second' })
    })

    it('a cache that is closed has nothing any more', async () => {
      const { page } = await tab()
      await page.create({ name: 'closed', scope: 'ann' })
      await page.set('a', 1)
      const nothing = { outlivesPage: false, indexedDb: 'none', otherTabs: 'never', loadsOnce: false }
      await page.close()
      expect(await page.inspect()).toMatchObject(nothing)
      await page.create({ name: 'closed', scope: 'ann' })
      expect(await page.end()).toBe('done')
      expect(await page.inspect()).toMatchObject(nothing)
    })

    it('a full disk leaves the cache in memory, with one event', async () => {
      const { page } = await tab()
      await page.create({ name: 'full' })
      await page.set('before', 1)
      await page.fillDisk(true)
      expect([await page.set('a', 1), await page.set('b', 2), await page.peek('a'), await page.peek('b')]).toEqual([
        'done',
        'done',
        1,
        2,
      ])
      expect((await page.faultCodes()).filter((code) => code === 'ERR_STORAGE_QUOTA')).toHaveLength(1)
      expect(await page.inspect()).toMatchObject({ outlivesPage: false })
    })

    it('what somebody else put into localStorage is ignored', async () => {
      const { tab: opened, page } = await tab()
      const options = { name: 'foreign', localStorage: { keys: ['a', '__proto__'] } }
      await page.create(options)
      await page.load('a', 'mine')
      await opened.reload()
      for (const json of [
        '{',
        'null',
        '[1]',
        '[{"key":"a","value":1}]',
        '[{"key":"__proto__","value":{"__proto__":1},"createdAtWall":1,"windowsMs":[1,1,1],"tags":[],"asOf":"x"}]',
      ]) {
        await opened.evaluate(
          `(() => { for (const name of Object.keys(localStorage)) localStorage.setItem(name, ${JSON.stringify(json)}) })()`,
        )
        expect(await page.createAndLook(options, 'a')).toEqual([null, null])
        expect(await page.load('a', 'loaded')).toBeDefined()
        await page.close()
      }
      expect(await opened.evaluate('globalThis.unhandled')).toBeUndefined()
    })
  })
})
