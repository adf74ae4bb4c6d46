import { type Invalidation, type InvalidationLog, type LogRecord, type Token, toToken } from '@hotpath/contract'
import { chaosLog, createFakeClock, createRandom, createSharedLog, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type Change, type Changes, changes } from '../src/changes/changes.ts'
import { type Cache, createMemoryLog } from './core.ts'
import { make } from './make.ts'

/** A log of this process that keeps its last records. */
function keepingLog(max = 100): InvalidationLog {
  const log = createMemoryLog()
  const kept: LogRecord[] = []
  void log.follow({
    record: (record) => void (kept.push(record) > max && kept.shift()),
    interrupted: () => {},
  })
  return { ...log, recordsAfter: (position) => kept.filter((record) => record.position > position).slice(0, 3) }
}

function nameOf(change: Change | undefined): string {
  if (change?.type !== 'invalidated') return change?.type ?? 'end'
  const [, id = ''] = Object.values(change.scope)
  return `${change.scope.type} ${id}${change.own ? ' own' : ''}`
}

/** The next changes, as many as are wanted. */
async function take(read: Changes, count: number): Promise<string[]> {
  const names: string[] = []
  for (let index = 0; index < count; index++) names.push(nameOf((await read.next()).value))
  return names
}

/** What is there without waiting. */
async function isWaiting(read: Changes): Promise<boolean> {
  let hasCome = false
  void read.next().then(() => (hasCome = true))
  await flush()
  return !hasCome
}

const tagsOf = (cache: Cache, ...tags: string[]): Promise<unknown> =>
  Promise.all(tags.map((tag) => cache.invalidateTags([tag])))

describe('changes of a log of this process', () => {
  test('are all records from the call on, in order, each once', async () => {
    const { cache } = make()
    await cache.invalidateTags(['before'])
    const read = changes(cache)
    await cache.set('k', 1)
    await cache.invalidate([{ tags: ['a'] }, { prefix: ['p'] }])
    expect(await take(read, 3)).toEqual(['key k own', 'tag a own', 'prefix p own'])
    const next = read.next()
    await flush()
    await cache.expireAll()
    expect(nameOf((await next).value)).toBe('all  own')
    expect(await isWaiting(read)).toBe(true)
  })

  test('stay in order when a listener invalidates in its turn', async () => {
    const { cache } = make()
    cache.on('invalidated', ({ scope }) => {
      if (scope.type === 'tag' && scope.tag === 'a') void cache.invalidateTags(['b'])
    })
    const read = changes(cache)
    await cache.invalidateTags(['a'])
    expect(await take(read, 2)).toEqual(['tag a own', 'tag b own'])
  })

  test('from a token are a gap when something came since, and none when nothing did', async () => {
    const { cache } = make()
    const token = await cache.invalidateTags(['a'])
    const current = changes(cache, { from: token })
    await cache.invalidateTags(['b'])
    expect(await take(current, 1)).toEqual(['tag b own'])
    const late = changes(cache, { from: token })
    await cache.invalidateTags(['c'])
    expect(await take(late, 2)).toEqual(['gap', 'tag c own'])
    const foreign = changes(cache, { from: make({ random: createRandom(2) }).cache.position() })
    expect(await take(foreign, 1)).toEqual(['gap'])
  })

  test('are a gap beyond ten thousand that wait, and go on from its token', async () => {
    const { cache } = make()
    const read = changes(cache)
    for (let part = 0; part < 11; part++)
      await cache.deleteMany(Array.from({ length: 1_000 }, (_, index) => `${part}:${index}`))
    const { value } = await read.next()
    expect(value).toEqual({ type: 'gap', token: cache.position() })
    await cache.invalidateTags(['a'])
    expect(await take(read, 1)).toEqual(['tag a own'])
  })

  test('end with `return`, `break`, the signal and the cache, also while a change is waited for', async () => {
    const { cache } = make()
    const controller = new AbortController()
    const [returned, aborted, closed] = [changes(cache), changes(cache, { signal: controller.signal }), changes(cache)]
    const waiting = [returned, aborted, closed].map(async (read) => (await read.next()).done)
    await flush()
    await returned.return()
    controller.abort()
    await cache.close()
    expect(await Promise.all(waiting)).toEqual([true, true, true])
    expect((await closed.next()).done).toBe(true)
    expect(() => changes(cache)).toThrow(expect.objectContaining({ code: 'ERR_CACHE_CLOSED' }))
  })

  test('of a loop that is left, or of a signal that was aborted, are not followed any more', async () => {
    const { cache } = make()
    const read = changes(cache)
    await cache.invalidateTags(['a'])
    for await (const change of read) {
      expect(nameOf(change)).toBe('tag a own')
      break
    }
    await cache.invalidateTags(['b'])
    expect((await read.next()).done).toBe(true)
    expect((await changes(cache, { signal: AbortSignal.abort() }).next()).done).toBe(true)
  })

  test('refuse what is no cache, no token and no option', () => {
    const { cache } = make()
    expect(() => changes({} as Cache)).toThrow('`cache` must be what `createCache` returned')
    expect(() => changes(cache, { from: 'x' as never })).toThrow('`from` must be a token')
    expect(() => changes(cache, { since: 1 } as never)).toThrow('since')
  })
})

describe('changes of a log that keeps its records', () => {
  test('begin with a gap where the view of the log was not there yet: nobody knows what came before it', async () => {
    const [clock, random] = [createFakeClock(), createRandom(1)]
    const log = chaosLog(keepingLog(), { random, clock })
    const { cache } = make({ log: () => log, clock })
    const read = changes(cache)
    expect(cache.position()).toBeUndefined()
    await tagsOf(cache, 'early')
    await flush()
    const names = take(read, 2)
    await flush()
    await tagsOf(cache, 'late')
    await flush()
    expect(await Promise.race([names, flush()])).toEqual(['gap', 'tag late own'])
  })

  test('go on from a token: what came since, then what comes, without a gap', async () => {
    const log = keepingLog()
    const { cache } = make({ log: () => log })
    const token = await cache.invalidateTags(['a'])
    await tagsOf(cache, 'b', 'c', 'd', 'e', 'f')
    const read = changes(cache, { from: token })
    const first = take(read, 4)
    await cache.invalidateTags(['g'])
    expect(await first).toEqual(['tag b', 'tag c', 'tag d', 'tag e'])
    await cache.invalidateTags(['h'])
    expect(await take(read, 3)).toEqual(['tag f', 'tag g', 'tag h own'])
    expect(await isWaiting(read)).toBe(true)
  })

  test('are a gap where the log has dropped some of them', async () => {
    const log = keepingLog(2)
    const { cache } = make({ log: () => log })
    const token = await cache.invalidateTags(['a'])
    await tagsOf(cache, 'b', 'c', 'd')
    const read = changes(cache, { from: token })
    await cache.invalidateTags(['e'])
    expect(await take(read, 2)).toEqual(['gap', 'tag e own'])
  })

  test('beyond ten thousand that wait are read from the log', { timeout: 60_000 }, async () => {
    const log = keepingLog(20_000)
    const { cache } = make({ log: () => log })
    const read = changes(cache)
    for (let part = 0; part < 11; part++)
      await cache.deleteMany(Array.from({ length: 1_000 }, (_, index) => `${part}:${index}`))
    const names = new Set(await take(read, 11_000))
    expect(names.size).toBe(11_000)
    expect(names.has('gap')).toBe(false)
  })

  test('of a connection that broke are read from the log, those of a log that was lost are a gap', async () => {
    const [clock, random] = [createFakeClock(), createRandom(1)]
    const shared = createSharedLog(() => keepingLog())
    const connection = shared.connect()
    const inner = { ...connection, recordsAfter: () => [] as LogRecord[] }
    const kept = keepingLog()
    const log = chaosLog(kept, { random, clock })
    const { cache } = make({ log: () => log, clock })
    await flush()
    const read = changes(cache)
    log.down()
    await kept.append([{ scope: { type: 'tag', tag: 'missed' }, strength: 'hard' }])
    log.up()
    await flush()
    const first = take(read, 2)
    await flush()
    await kept.append([{ scope: { type: 'tag', tag: 'after' }, strength: 'hard' }])
    expect(await first).toEqual(['tag missed', 'tag after'])

    const lost = make({ log: () => inner, clock }).cache
    await flush()
    const readLost = changes(lost)
    const next = readLost.next()
    await flush()
    shared.replace()
    await flush()
    expect(nameOf((await next).value)).toBe('gap')
  })

  /** A log whose records are on their way until they are let through. */
  function slowLog(): { log: InvalidationLog; kept: InvalidationLog; arrive: () => void } {
    const kept = keepingLog()
    const onTheirWay: (() => void)[] = []
    const log: InvalidationLog = {
      ...kept,
      follow: ({ record, ...rest }) =>
        kept.follow({ ...rest, record: (one) => void onTheirWay.push(() => record(one)) }),
    }
    return { log, kept, arrive: () => onTheirWay.splice(0).forEach((run) => run()) }
  }
  const tagRecord = (tag: string): Invalidation => ({ scope: { type: 'tag', tag }, strength: 'hard' })

  test('from a token that this process has not heard of yet begin after it', async () => {
    const { log, kept, arrive } = slowLog()
    const { cache } = make({ log: () => log })
    await flush()
    const from = toToken(await kept.append([tagRecord('a')]))
    const read = changes(cache, { from })
    const next = take(read, 2)
    await flush()
    arrive()
    await kept.append([tagRecord('b')])
    await kept.append([tagRecord('c')])
    arrive()
    expect(await next).toEqual(['tag b', 'tag c'])
  })

  test('from a token that was made up are all from the call on', async () => {
    const { log, kept, arrive } = slowLog()
    const { cache } = make({ log: () => log })
    await flush()
    const { epoch, position } = await kept.append([tagRecord('a')])
    const read = changes(cache, { from: toToken({ epoch, position: position + 1_000 }) })
    const next = take(read, 2)
    arrive()
    await kept.append([tagRecord('b')])
    arrive()
    expect(await next).toEqual(['tag a', 'tag b'])
    const local = make().cache
    const [ownEpoch] = String(local.position()).split('.')
    const readOwn = changes(local, { from: `${ownEpoch}.1000` as Token })
    await local.invalidateTags(['c'])
    expect(await take(readOwn, 1)).toEqual(['tag c own'])
  })

  test('from a token that is ahead wait for a log that is away', async () => {
    const [clock, random] = [createFakeClock(), createRandom(1)]
    const { log: slow, kept, arrive } = slowLog()
    const log = chaosLog(slow, { random, clock })
    const { cache } = make({ log: () => log, clock })
    await flush()
    const from = toToken(await kept.append([tagRecord('a')]))
    const head = log.head.bind(log)
    let fails = 1
    log.head = () => (fails-- > 0 ? Promise.reject(new Error('away')) : head())
    const next = take(changes(cache, { from }), 1)
    await flush()
    arrive()
    await kept.append([tagRecord('b')])
    arrive()
    for (let second = 0; second < 3; second++) {
      clock.advance(1_000)
      await flush()
    }
    expect(await next).toEqual(['tag b'])
  })

  test('of a log that is away wait for it', async () => {
    const [clock, random] = [createFakeClock(), createRandom(1)]
    const kept = keepingLog()
    const before = await kept.append([])
    const log = chaosLog(kept, { random, clock })
    log.down()
    await kept.append([{ scope: { type: 'tag', tag: 'a' }, strength: 'hard' }])
    const { cache } = make({ log: () => log, clock })
    await flush()
    const read = changes(cache, { from: `${before.epoch}.${before.position}` as never })
    const next = take(read, 1)
    for (let second = 0; second < 5; second++) {
      clock.advance(1_000)
      await flush()
    }
    log.up()
    for (let second = 0; second < 5; second++) {
      clock.advance(1_000)
      await flush()
    }
    expect(await next).toEqual(['tag a'])
  })
})
