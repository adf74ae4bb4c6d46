import { asyncTier } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type CacheOptions, createCache, memory } from '../src/index.ts'
import { createMemoryLog, shared } from '../src/shared/index.ts'

/** As users call it: nobody adds the shared half. */
function make(options: Partial<CacheOptions>) {
  return createCache({ name: 'test', tiers: [memory({ maxEntries: 10 })], ...options })
}

test('a second memory tier is named for what it is', () => {
  const tiers = [memory({ maxEntries: 10 }), memory({ maxEntries: 100 })]
  expect(() => createCache({ name: 'two', tiers })).toThrow(
    '`tiers[1]` is a second memory tier, which would only keep what the first one keeps. Give the first one more room',
  )
})

describe('the shared half', () => {
  test('is not needed by memory alone', async () => {
    const cache = make({})
    expect(await cache.getOrSet('k', () => 1)).toBe(1)
    expect(await cache.get('k', { after: await cache.invalidateTags(['t']) })).toBe(1)
    await cache.close()
    expect(cache.position()).toBeUndefined()
  })

  test('comes with a tier, or with the options', async () => {
    const tier = { ...asyncTier(), shared }
    const caches = [
      make({ tiers: [memory({ maxEntries: 10 }), tier] }),
      make({ tiers: [asyncTier()], shared }),
      make({ log: () => createMemoryLog(), shared }),
    ]
    for (const cache of caches) {
      await cache.set('k', 1)
      expect(await cache.get('k')).toBe(1)
      await cache.close()
    }
  })

  test.each([
    ['a lower tier', { tiers: [memory({ maxEntries: 1 }), asyncTier()] }, 'The `async` tier'],
    ['a log', { log: () => createMemoryLog() }, '`log`'],
  ])('is asked for at creation by %s', (_, options, subject) => {
    const message = `${subject} needs the shared half of the engine. Give \`shared\` of '@hotpath/core/shared' to \`createCache\`, or put it on the tier.`
    expect(() => make(options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION', message }))
  })

  test('is refused when it is of another version, or something else', () => {
    const tier = { ...asyncTier(), shared: { ...shared, version: 2 } }
    expect(() => make({ tiers: [tier] })).toThrow(/comes with the shared half of another version of `@hotpath\/core`/)
    expect(() => make({ tiers: [asyncTier()], shared: {} as never })).toThrow(/`shared` must be `shared` of/)
    expect(() => make({ tiers: [asyncTier(), { ...asyncTier(), shared: {} as never }] })).toThrow(
      /needs the shared half/,
    )
  })

  test('shortens long keys, which memory alone keeps whole', async () => {
    const key = 'k'.repeat(1_000)
    const [alone, above] = [make({}), make({ log: () => createMemoryLog(), shared })]
    for (const cache of [alone, above]) await cache.set(['user', key], 1)
    expect((await alone.inspect(['user', key])).key).toBe(`user:${key}`)
    expect((await above.inspect(['user', key])).key).toMatch(/^user:k+~[0-9a-f]+$/)
    expect(alone.peek(`user:${key}`)).toBe(1)
    await Promise.all([alone.close(), above.close()])
  })
})
