/** When a process ends: not while a caller waits for something that the cache will do, and at once when nobody does. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

interface Ended {
  readonly code: number
  readonly printed: string
}

/** Runs a program to its end, in a process of its own. */
async function run(program: string): Promise<Ended> {
  const code = `import { createCache, memory } from '@hotpath/core'\nimport { createMemoryLog, shared } from '@hotpath/core/shared'\n${program}`
  const node = ['--conditions=@hotpath/source', '--input-type=module', '--eval', code]
  try {
    const options = { cwd: import.meta.dirname, timeout: 50_000 }
    const { stdout } = await promisify(execFile)(process.execPath, node, options)
    return { code: 0, printed: stdout.trim() }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, printed: `${stdout}${stderr}`.trim() }
  }
}

/** A cache, and loaders that nothing but a timer of the cache can end. */
const setup = `
  const cache = createCache({ name: 'job', tiers: [memory({ maxEntries: 10 })], timeout: 300, backoff: 300 })
  const never = () => new Promise(() => {})
  let calls = 0
  const secondTime = () => { if (calls++ === 0) throw new Error('busy'); return 42 }
  const code = (error) => error.code`

const waits: Record<string, readonly [program: string, prints: string]> = {
  'the backoff of a failed load': [
    `await cache.getOrSet('k', secondTime).catch(() => {})
     console.log(await cache.getOrSet('k', secondTime))`,
    '42',
  ],
  'the backoff of many': [
    `const load = () => [secondTime()]
     await cache.getOrSetMany(['k'], load).catch(() => {})
     console.log(await cache.getOrSetMany(['k'], load))`,
    '[ 42 ]',
  ],
  'the hard timeout': [`console.log(await cache.getOrSet('k', never).catch(code))`, 'ERR_LOAD_TIMEOUT'],
  'the hard timeout of many': [`console.log(await cache.getOrSetMany(['k'], never).catch(code))`, 'ERR_LOAD_TIMEOUT'],
  'the hard timeout of a wrapped function': [
    `console.log(await cache.wrap(never, { name: 'never' })().catch(code))`,
    'ERR_LOAD_TIMEOUT',
  ],
  'the hard timeout of a save': [`console.log(await cache.write('k', 1, never).catch(code))`, 'ERR_LOAD_TIMEOUT'],
  'the end of saves that a closing cache gives up, of which one has not begun': [
    `const write = (key) => cache.write(key, 1, never, { timeout: false }).catch(code)
     const begun = write('a')
     await new Promise((resolve) => setTimeout(resolve, 100))
     const asked = write('b')
     await cache.close()
     console.log(await begun, await asked)`,
    'ERR_CACHE_CLOSED ERR_CACHE_CLOSED',
  ],
  'the hard timeout of a warming': [
    `const { failed, errors } = await cache.warm(['k'], { load: never })
     console.log(failed, errors[0].code)`,
    '1 ERR_LOAD_TIMEOUT',
  ],
  'the soft timeout': [
    `const options = { staleIfError: '1h', timeout: { soft: 100, hard: '1h' } }
     await cache.getOrSet('k', () => 'stale', options)
     await cache.expire('k')
     console.log(await cache.getOrSet('k', never, options))`,
    'stale',
  ],
  "the timeout of a caller that joined another one's load": [
    `cache.getOrSet('k', never, { timeout: '1h' }).catch(() => {})
     console.log(await cache.getOrSet('k', never, { timeout: 100 }).catch(code))
     await cache.close()`,
    'ERR_LOAD_TIMEOUT',
  ],
  'the time limit of a tier': [
    `const store = { sync: false, shared: true, get: never, getMany: never, setMany: never, close: () => {} }
     const slow = createCache({ name: 'slow', tiers: [{ type: 'slow', open: () => store, shared }], tierTimeout: 100 })
     console.log(await slow.get('k'))`,
    'undefined',
  ],
  'the view of a log that never comes': [
    `const log = { heartbeatMs: 1000, follow: never, head: never, snapshot: never, append: never, close: () => {} }
     const blind = createCache({ name: 'blind', tiers: [memory({ maxEntries: 10 })], log: () => log, shared, tierTimeout: 100 })
     console.log(await blind.get('k'), await blind.ready())`,
    'undefined false',
  ],
}

describe('a process lives on while a caller waits for', () => {
  for (const [what, [program, prints]] of Object.entries(waits)) {
    test.concurrent(what, { timeout: 60_000 }, async () => {
      expect(await run(`${setup}\n${program}`)).toEqual({ code: 0, printed: prints })
    })
  }
})

describe('a process ends', () => {
  test.concurrent('with an open cache that does nothing', { timeout: 60_000 }, async () => {
    const startedAt = performance.now()
    const program = `
      const inner = createMemoryLog()
      const log = { ...inner, heartbeatMs: 1000, follow: async (follower) => inner.follow(follower) }
      const cache = createCache({ name: 'open', tiers: [memory({ maxEntries: 10 })], log: () => log, shared, timeout: '1h' })
      await cache.set('k', 1)
      cache.on('fault', () => {})
      console.log(await cache.getOrSet('k', () => 2))`
    expect(await run(program)).toEqual({ code: 0, printed: '1' })
    expect(performance.now() - startedAt).toBeLessThan(45_000)
  })

  const away = `
    const inner = createMemoryLog()
    const log = { ...inner, heartbeatMs: 1000, append: async () => { throw new Error('away') } }
    const cache = createCache({ name: 'away', tiers: [memory({ maxEntries: 10 })], log: () => log, shared })
    cache.on('fault', ({ error }) => console.log('fault', error.code))`
  const forgotten: Record<string, string> = {
    set: `cache.set('k', 1)`,
    setMany: `cache.setMany([{ key: 'k', value: 1 }])`,
    delete: `cache.delete('k')`,
    expire: `cache.expire('k')`,
    invalidateTags: `cache.invalidateTags(['t'])`,
    expireTags: `cache.expireTags(['t'])`,
    invalidatePrefix: `cache.invalidatePrefix('k')`,
    invalidatePattern: `cache.invalidatePattern('k*')`,
    clear: `cache.clear()`,
    'a method of a namespace': `cache.namespace('n').clear()`,
    'invalidate of a wrapped function': `cache.wrap(() => 1, { name: 'one' }).invalidate()`,
  }
  for (const [method, call] of Object.entries(forgotten)) {
    test.concurrent(`without an error when ${method} could not reach the log and its caller forgot to await it`, {
      timeout: 60_000,
    }, async () => {
      expect(await run(`${away}\n${call}`)).toEqual({ code: 0, printed: 'fault ERR_LOG_UNAVAILABLE' })
    })
  }

  test.concurrent('with an error when what was wrong is the call itself', { timeout: 60_000 }, async () => {
    const ended = await run(`${away}\ncache.delete(() => {})`)
    expect(ended.code).toBe(1)
    expect(ended.printed).toContain('KeyError')
  })
})
