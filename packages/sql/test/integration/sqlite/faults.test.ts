import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { encrypted, msgpack } from '@hotpath/codec'
import { isRememberedFailure, rememberFailure } from '@hotpath/contract/values'
import type { Cache, CacheOptions } from '@hotpath/core'
import { createFakeClock, createRandom } from '@hotpath/testkit'
import { createEntry } from '@hotpath/contract'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { type SqliteOptions, sqlite } from '../../../src/index.ts'
import { closeNodes, openWatched } from '../nodes.ts'
import { until } from '../until.ts'
import { freshPath, removeFolders } from './folder.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
afterEach(closeNodes)
afterAll(removeFolders)

/** A cache on SQLite alone. */
function make(path: string, options: Partial<SqliteOptions & Pick<CacheOptions, 'tierTimeout'>> = {}) {
  const { tierTimeout, ...ofTier } = options
  return openWatched(sqlite({ path, ...ofTier }), { name: 'f', backoff: false, tierTimeout })
}

function raw(path: string): DatabaseSync {
  const db = new DatabaseSync(path)
  closing.push(() => db.close())
  return db
}

const ready = (cache: Cache): Promise<void> => until('the view of the log', () => cache.position())

describe('a file that cannot be used is a miss and a fault, and values are loaded', () => {
  const files: Record<string, { readonly path: () => string; readonly advice: RegExp }> = {
    'no folder': {
      path: () => `${freshPath()}/missing/cache.db`,
      advice: /Create its folder.*Cause: unable to open database file/,
    },
    'a folder': {
      path() {
        const path = freshPath()
        mkdirSync(path)
        return path
      },
      advice: /It is a folder\. Name a file in it.*Cause: unable to open database file/,
    },
    'another kind of file': {
      path() {
        const path = freshPath()
        writeFileSync(path, 'no database at all '.repeat(500))
        return path
      },
      advice: /no SQLite database/,
    },
    'tables of a newer version': {
      path() {
        const path = freshPath()
        const db = new DatabaseSync(path)
        db.exec('CREATE TABLE hotpath_schema (version INTEGER); INSERT INTO hotpath_schema VALUES (99)')
        db.close()
        return path
      },
      advice: /version 99.*newer version of the package/,
    },
  }
  for (const [what, { path, advice }] of Object.entries(files)) {
    test(what, async () => {
      const { cache, faults, messages } = make(path())
      expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
      await until('a fault is told', () => faults.length > 0)
      expect(messages.join('\n')).toMatch(advice)
      await expect(cache.invalidateTags(['t'])).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
      expect(await cache.getOrSet('k', () => 'again')).toBe('again')
    })
  }

  test('a disk without room', async () => {
    const worker = fileURLToPath(new URL('full-disk.ts', import.meta.url))
    // A limit on the size of files stands in for the end of the disk: blocks of 1,024 bytes.
    const script = 'trap "" XFSZ; ulimit -f 400; exec "$0" "$@"'
    const args = ['-c', script, process.execPath, '--conditions=@hotpath/source', worker, freshPath()]
    const child = spawn('bash', args, { stdio: ['ignore', 'pipe', 'inherit'] })
    closing.push(() => child.kill('SIGKILL'))
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number]
    expect({ code, ...(JSON.parse(output) as object) }).toEqual({
      code: 0,
      fault: 'ERR_TIER_FAILED',
      loaded: 'loaded',
      kept: 'kept',
    })
  })
})

test.each([
  [
    'was revoked',
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return proxy
    },
  ],
  [
    'throws for members that it does not have',
    () =>
      new Proxy(
        { a: 1 },
        {
          get: (target, name) => {
            if (name in target) return target.a
            throw new Error(`no member ${String(name)}`)
          },
        },
      ),
  ],
])('a proxy that %s is refused alone', async (_, value) => {
  const { cache, faults } = make(freshPath())
  await cache.setMany([
    { key: 'a', value: 1 },
    { key: 'k', value: value() },
    { key: 'b', value: 2 },
  ])
  expect(await cache.getMany(['a', 'b'])).toEqual([1, 2])
  expect(faults.every((code) => code === 'ERR_CODEC_VALUE')).toBe(true)
})

test('a lock that another process holds is waited for, and never by the event loop', async () => {
  const path = freshPath()
  const { cache, faults } = make(path)
  await ready(cache)
  await cache.set('k', 'old')
  const other = raw(path)
  other.exec('BEGIN EXCLUSIVE')
  let largestGapMs = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    largestGapMs = Math.max(largestGapMs, now - last)
    last = now
  }, 1)
  const written = cache.set('k', 'new')
  expect(await cache.get('other')).toBeUndefined()
  await new Promise((resolve) => void setTimeout(resolve, 1_000))
  other.exec('COMMIT')
  await written
  clearInterval(timer)
  expect(await cache.get('k')).toBe('new')
  expect(faults).toEqual([])
  // A few milliseconds by design; the rest is what a busy machine adds.
  expect(largestGapMs).toBeLessThan(500)
})

describe('what lies under our keys', () => {
  test('damaged, cut and foreign bytes are misses and faults', async () => {
    const path = freshPath()
    const { cache, faults } = make(path)
    await ready(cache)
    await cache.set('k', { a: 1 })
    const db = raw(path)
    const { frame } = db.prepare('SELECT frame FROM hotpath_entries').get() as { frame: Uint8Array }
    for (const bytes of [frame.subarray(0, 10), Buffer.from('another program'), Buffer.from([99, ...frame])]) {
      db.prepare('UPDATE hotpath_entries SET frame = ?').run(bytes)
      expect(await cache.get('k')).toBeUndefined()
    }
    expect(faults).toEqual(['ERR_CODEC_FRAME', 'ERR_CODEC_FRAME', 'ERR_CODEC_FRAME'])
    expect(await cache.getOrSet('k', () => 'mended')).toBe('mended')
  })

  test('a value that cannot be stored as bytes is a fault of its own, and others go through', async () => {
    const { cache, faults } = make(freshPath())
    await ready(cache)
    await cache.setMany([
      { key: 'function', value: { on: () => 1 } },
      { key: 'fine', value: 1 },
    ])
    expect(faults).toEqual(['ERR_CODEC_VALUE'])
    expect(await cache.getMany(['function', 'fine'])).toEqual([undefined, 1])
  })

  test('P15: what was encrypted for one key is nothing under another', async () => {
    const path = freshPath()
    const codec = encrypted(msgpack(), { keys: { k1: randomBytes(32) }, currentKeyId: 'k1' })
    const { cache, faults } = make(path, { codec })
    await ready(cache)
    await cache.set('mine', 'secret')
    expect(await cache.get('mine')).toBe('secret')
    raw(path).prepare("UPDATE hotpath_entries SET key = 'yours'").run()
    expect(await cache.get('yours')).toBeUndefined()
    expect(faults).toEqual(['ERR_CODEC_KEY'])
  })

  test('a failure that is remembered comes back as one, and one flipped bit as nothing', async () => {
    const path = freshPath()
    const { cache, faults } = make(path)
    await ready(cache)
    await cache.set('k', rememberFailure(Object.assign(new Error('no user'), { status: 404 })))
    const seen = await cache.get('k')
    expect(isRememberedFailure(seen) && seen.error).toMatchObject({ message: 'no user', status: 404 })
    const db = raw(path)
    const { frame } = db.prepare('SELECT frame FROM hotpath_entries').get() as { frame: Uint8Array }
    // Of asOf: such an entry would look newer than any invalidation.
    frame[14] = (frame[14] as number) ^ 0x10
    db.prepare('UPDATE hotpath_entries SET frame = ?').run(frame)
    expect(await cache.get('k')).toBeUndefined()
    expect(faults).toEqual(['ERR_CODEC_FRAME'])
  })

  test('many keys, large values and odd keys come back', async () => {
    const { cache } = make(freshPath(), { tierTimeout: '10s' })
    await ready(cache)
    const items = Array.from({ length: 3_000 }, (_, n) => ({ key: `k\0${n}`, value: n }))
    await cache.setMany(items)
    expect(await cache.getMany(items.map(({ key }) => key))).toEqual(items.map(({ value }) => value))
    const large = Array.from({ length: 50_000 }, (_, id) => ({ id, text: `text ${id}` }))
    await cache.set('large', large)
    expect(await cache.get('large')).toEqual(large)
  })
})

describe('an entry without an end', () => {
  test('that cannot be read, and claims to be newer than everything, is replaced by the next load', async () => {
    const path = freshPath()
    const { cache, faults } = make(path)
    await ready(cache)
    await cache.set('k', 'old', { ttl: Infinity })
    raw(path).exec(`UPDATE hotpath_entries SET as_of = 9000000000000000, frame = x'01'`)
    expect(await cache.getOrSet('k', () => 'new', { ttl: Infinity })).toBe('new')
    await until('the new entry', () => cache.get('k'))
    expect(await cache.getOrSet('k', () => 'another', { ttl: Infinity })).toBe('new')
    expect(faults).toContain('ERR_CODEC_FRAME')
  })
})

describe('bounds', () => {
  const context = (clock: ReturnType<typeof createFakeClock>, evicted: (key: string) => void = () => {}) => ({
    name: 'b',
    clock,
    elapsed: () => clock.monotonic(),
    evicted,
    fault: (error: Error) => {
      throw error
    },
  })
  const entry = (fields: { value: unknown; createdAt: number; freshMs: number }) =>
    createEntry({ tags: [], staleMs: 0, errorMs: 0, epoch: 'e', asOf: 1, aheadMs: 0, ...fields })
  const keysIn = (path: string): unknown[] =>
    raw(path)
      .prepare('SELECT key FROM hotpath_entries ORDER BY key')
      .all()
      .map(({ key }) => key)

  test('what has expired is swept', async () => {
    const [path, clock] = [freshPath(), createFakeClock()]
    const store = sqlite({ path }).open(context(clock))
    closing.push(() => store.close())
    const createdAt = clock.monotonic()
    await store.set('short', entry({ value: 1, createdAt, freshMs: 10_000 }))
    await store.set('long', entry({ value: 1, createdAt, freshMs: 600_000 }))
    await store.set('ever', entry({ value: 1, createdAt, freshMs: Infinity }))
    clock.advance(31_000)
    await until('it is swept', () => keysIn(path).length === 2)
    expect(keysIn(path)).toEqual(['ever', 'long'])
  })

  test('what would expire soonest makes room', async () => {
    const [path, clock, evicted] = [freshPath(), createFakeClock(), new Set<string>()]
    const store = sqlite({ path, maxBytes: '1mb' }).open(context(clock, (key) => evicted.add(key)))
    closing.push(() => store.close())
    const random = createRandom(1)
    const noise = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, () => random() * 256)
    for (let n = 1; n <= 200; n++) {
      await store.set(
        `k${n}`,
        entry({ value: noise(10_000), createdAt: clock.monotonic(), freshMs: 1_000_000 + n * 1_000 }),
      )
    }
    expect(evicted.has('k1')).toBe(true)
    expect(await store.get('k1')).toBeUndefined()
    expect(evicted.has('k200')).toBe(false)
    expect(await store.get('k200')).toBeDefined()
    expect(keysIn(path).length * 10_000).toBeLessThan(1_200_000)
    await store.set('huge', entry({ value: noise(200_000), createdAt: clock.monotonic(), freshMs: 1e9 }))
    expect(evicted.has('huge')).toBe(true)
    expect(await store.get('huge')).toBeUndefined()
  })
})

test('bad options are refused at creation', () => {
  for (const options of [undefined, {}, { path: '' }, { path: 7 }, { path: 'a\0b' }]) {
    expect(() => sqlite(options as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION' }))
  }
  for (const maxBytes of [1, Infinity]) {
    expect(() => sqlite({ path: 'x', maxBytes })).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_UNBOUNDED' }))
  }
})

test('`migrate` may be called by many at once, and `schema` is what it runs', async () => {
  const path = freshPath()
  await Promise.all(Array.from({ length: 5 }, () => sqlite({ path }).migrate()))
  const tables = (db: DatabaseSync): unknown => db.prepare('SELECT sql FROM sqlite_schema ORDER BY name').all()
  const fresh = raw(':memory:')
  fresh.exec(sqlite({ path }).schema())
  expect(tables(raw(path))).toEqual(tables(fresh))
})
