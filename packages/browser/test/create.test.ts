import { describe, expect, it } from 'vitest'
import { placeholderOptions } from '../src/create/options.ts'
import { type BrowserCacheOptions, createBrowserCache, endScope, inspectStorage, onScopeEnd } from '../src/index.ts'

describe('where there is no browser', () => {
  it('a cache is one of memory alone', async () => {
    const cache = createBrowserCache({ name: 'server', localStorage: { keys: ['a'] }, ttl: '1m' })
    expect(await cache.getOrSet('a', () => 1)).toBe(1)
    expect([cache.peek('a'), cache.stats().tiers.map(({ type }) => type)]).toEqual([1, ['memory']])
    expect(await inspectStorage(cache)).toEqual({
      outlivesPage: false,
      indexedDb: 'none',
      otherTabs: 'never',
      loadsOnce: false,
      hasPlaceholders: false,
      isPersisted: undefined,
      stored: undefined,
    })
    await cache.close()
  })

  it('the end of a scope closes the cache, after its listeners were called', async () => {
    const cache = createBrowserCache({ name: 'server', ttl: '1m' })
    await cache.set('a', 1)
    const ended: string[] = []
    const faults: string[] = []
    cache.on('fault', ({ error }) => void faults.push(error.code))
    onScopeEnd(cache, async () => void ended.push('one'))
    onScopeEnd(cache, () => {
      throw new Error('mine')
    })
    onScopeEnd(cache, () => void ended.push('not called'))()
    await endScope(cache)
    await endScope(cache)
    expect([ended, faults, cache.peek('a')]).toEqual([['one'], ['ERR_LISTENER_THREW'], undefined])
    await expect(cache.get('a')).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
  })
})

describe('options', () => {
  it('keys of namespaces for memory alone are no placeholders, and with encryption none are', () => {
    const options = { name: 'shop', memoryOnly: ['draft'], localStorage: { keys: [['draft', 1], 'draft', 'post'] } }
    expect(placeholderOptions(options)).toEqual({ keys: ['post'], maxBytes: 65_536 })
    const encryption = { encrypt: async () => 1, decrypt: async () => 1 }
    expect(placeholderOptions({ ...options, encryption })).toBeUndefined()
  })

  it.each<[string, object]>([
    ['name', { name: 'a b' }],
    ['memory', { memory: null }],
    ['schema', { schema: 0 }],
    ['scope', { scope: 1 }],
    ['indexedDb', { indexedDb: { maxBites: 1 } }],
    ['indexedDb', { indexedDb: true }],
    ['indexedDb', { indexedDb: '100mb' }],
    ['indexedDb', { indexedDb: null }],
    ['indexedDb.maxBytes', { indexedDb: { maxBytes: '10 megs' } }],
    ['indexedDb.maxBytes', { indexedDb: { maxBytes: -1 } }],
    ['indexedDb.window', { indexedDb: { window: 'soon' } }],
    ['localStorage', { localStorage: true }],
    ['localStorage.keys', { localStorage: {} }],
    ['localStorage', { localStorage: { keys: [], maxByte: 1 } }],
    ['memoryOnly', { memoryOnly: 'draft' }],
    ['memoryOnly', { memoryOnly: [''] }],
    ['memoryOnly', { memoryOnly: [1] }],
    ['createEncryption', { encryption: true }],
    ['persist', { persist: 1 }],
    ['unknown', { indexedDB: {} }],
  ])('%s is checked', (option, options) => {
    const given = { name: 'shop', ...options } as BrowserCacheOptions
    const message = expect.stringContaining(option === 'unknown' ? 'indexedDb' : option) as string
    expect(() => createBrowserCache(given)).toThrow(expect.objectContaining({ name: 'ConfigError', message }))
  })

  it('what `createBrowserCache` did not return has no scope', async () => {
    const other = { name: 'other' } as never
    expect(() => onScopeEnd(other, () => {})).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION' }))
    await expect(endScope(other)).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
    await expect(inspectStorage(other)).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
    const cache = createBrowserCache({ name: 'server' })
    expect(() => onScopeEnd(cache, 1 as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION' }))
    await cache.close()
  })
})
