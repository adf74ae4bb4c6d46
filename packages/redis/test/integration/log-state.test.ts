/** The state of a log, read while others append to it. */
import type { InvalidationLog, LogRecord, LogSnapshot, TierContext } from '@hotpath/contract'
import { systemClock } from '@hotpath/core'
import { cellsOf } from '@hotpath/core/log'
import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { redis } from '../../src/index.ts'
import { type RedisServer, startRedis } from './server.ts'

let server: RedisServer
let admin: Redis
beforeAll(async () => {
  server = await startRedis()
  admin = server.admin()
})
afterAll(() => server.stop())

const logs = new Set<InvalidationLog>()
afterEach(async () => {
  for (const log of logs) await log.close()
  logs.clear()
})

let names = 0
function open(name = `p${++names}`): InvalidationLog {
  const context: TierContext = {
    name,
    clock: systemClock,
    elapsed: () => Math.floor(performance.now()),
    evicted: () => {},
    fault: () => {},
  }
  const log = redis({ client: server.connect() }).openLog?.(context) as InvalidationLog
  logs.add(log)
  return log
}

/** Raises every cell, as years of invalidations would. */
async function fill(name: string): Promise<void> {
  const row = String(await admin.hget(`{hotpath:${name}}:log`, 'p'))
    .padStart(16, '0')
    .repeat(32)
  const fields = Array.from({ length: 4_096 }, (_, n) => [`h${n}`, row, `s${n}`, row]).flat()
  await admin.hset(`{hotpath:${name}}:log`, ...fields)
}

async function spentMs(): Promise<number> {
  const info = await admin.info('cpu')
  const secondsOf = (kind: string): number =>
    Number(new RegExp(`used_cpu_${kind}_main_thread:([\\d.]+)`).exec(info)?.[1])
  return (secondsOf('user') + secondsOf('sys')) * 1_000
}

test('a full table is read in some milliseconds of the server, as often as it is asked for', async () => {
  const log = open('full')
  const { position } = await log.head()
  await fill('full')
  const before = await spentMs()
  for (const { positions } of await Promise.all(Array.from({ length: 5 }, async () => open('full').snapshot()))) {
    expect(positions.hardAt('anything', [], 0)).toBe(position)
    expect(positions.softAt('anything', ['t'], 0)).toBe(position)
  }
  // By the processor, as the machine may be busy with other things.
  expect(((await spentMs()) - before) / 5).toBeLessThan(60)
  expect(await admin.hlen('{hotpath:full}:log')).toBeLessThan(8_300)
}, 30_000)

test('what somebody else puts into the state costs nothing, and a damaged row counts as raised', async () => {
  const log = open()
  const state = `{hotpath:p${names}}:log`
  const { position } = await log.head()
  await admin.hset(state, ...Array.from({ length: 20_000 }, (_, n) => [`x${n}`, 'y', `h${n + 5_000}`, 'z']).flat())
  expect((await log.snapshot()).positions.hardAt('k', [], 0)).toBe(0)
  const [one, other] = cellsOf('key', 'k').map((cell) => `h${Math.floor(cell / 32)}`)
  await admin.hset(state, one as string, 'cut', other as string, '')
  expect((await log.snapshot()).positions.hardAt('k', [], 0)).toBe(0)
  await admin.hset(state, other as string, 'cut')
  expect((await log.snapshot()).positions.hardAt('k', [], 0)).toBe(position)
  // An append makes it whole again, and no lower.
  const { position: last } = await log.append([{ scope: { type: 'key', key: 'k' }, strength: 'hard' }])
  expect(await admin.hstrlen(state, one as string)).toBe(512)
  expect((await log.snapshot()).positions.hardAt('k', [], 0)).toBe(last)
})

test.each([
  ['p', 'nan'],
  ['p', '1e300'],
  ['p', '9999999999999999'],
  ['p', '-5'],
  ['t', 'nan'],
  ['n', 'many'],
  ['n', '9999999999'],
  ['F', 'damaged'],
  ['G', 'inf'],
])('a log whose `%s` was damaged to %s begins anew, and takes what is appended', async (field, value) => {
  const log = open()
  const { epoch } = await log.append([{ scope: { type: 'pattern', pattern: 'a*' }, strength: 'hard' }])
  await admin.hset(`{hotpath:p${names}}:log`, field, value)
  const mark = await log.append([
    { scope: { type: 'pattern', pattern: 'b*' }, strength: 'hard' },
    { scope: { type: 'key', key: 'k' }, strength: 'hard' },
  ])
  expect(mark.epoch).not.toBe(epoch)
  expect(mark.position).toBeGreaterThan(0)
  const { positions } = await log.snapshot()
  expect(positions.hardAt('k', [], 0)).toBe(mark.position)
  expect(positions.hardAt('b1', [], 0)).toBe(mark.position - 1)
  expect(await log.head()).toMatchObject(mark)
})

test('a pattern whose position was damaged counts as raised when it gives way', async () => {
  const log = open()
  const state = `{hotpath:p${names}}:log`
  await log.append([{ scope: { type: 'pattern', pattern: 'a*' }, strength: 'hard' }])
  await admin.hset(state, 'hx:a*', 'damaged')
  const patterns = Array.from({ length: 1_000 }, (_, n) => ({
    scope: { type: 'pattern' as const, pattern: `b${n}*` },
    strength: 'hard' as const,
  }))
  const { position } = await log.append(patterns)
  expect((await log.snapshot()).positions.hardAt('a1', [], 0)).toBeGreaterThan(0)
  expect((await log.snapshot()).positions.hardAt('a1', [], 0)).toBeLessThanOrEqual(position)
})

test('records appended before a state is read are in it, those after come by the stream', async () => {
  const [writer, reader] = [open('busy'), open('busy')]
  await writer.head()
  const appended: { readonly id: string; readonly after: number }[] = []
  const write = async (n: number): Promise<void> => {
    const { position: after } = await writer.head()
    const ids = Array.from({ length: 20 }, (_, i) => `${n}-${i}`)
    const scopeOf = (id: string) =>
      n % 3 === 0 ? { type: 'pattern' as const, pattern: id } : { type: 'key' as const, key: id }
    await writer.append(ids.map((id) => ({ scope: scopeOf(id), strength: 'hard' })))
    for (const id of ids) appended.push({ id, after })
  }
  // More patterns than are kept apart: the floor has risen for those that were forgotten.
  for (let n = 0; n < 200; n++) await write(n)
  const records: LogRecord[] = []
  const { from } = await reader.follow({ record: (record) => void records.push(record), interrupted: () => {} })
  const writing = (async () => {
    for (let n = 200; n < 300; n++) await write(n)
  })()
  const { position, positions, epoch } = await reader.snapshot()
  await writing
  const { position: last } = await writer.head()
  while ((records.at(-1)?.position ?? from.position) < last) await new Promise((resolve) => void setTimeout(resolve, 5))
  expect(epoch).toBe(from.epoch)
  expect(position).toBeGreaterThanOrEqual(from.position)
  for (const record of records) positions.raise(record)
  for (const { id, after } of appended) expect(positions.hardAt(id, [], 0)).toBeGreaterThan(after)
  expect(positions.hardAt('something else', [], last)).toBeLessThanOrEqual(last)
}, 30_000)

test('a state that is lost while it is read is read again', async () => {
  const log = open('lost')
  await log.head()
  await fill('lost')
  const reading = Array.from({ length: 20 }, async () => log.snapshot())
  await admin.flushall()
  const { epoch, positions } = (await Promise.all(reading)).at(-1) as LogSnapshot
  expect(epoch).toBe((await log.head()).epoch)
  expect(positions.hardAt('anything', [], 0)).toBe(0)
}, 30_000)

test('patterns and prefixes with odd characters, and floors, come back', async () => {
  const log = open()
  const scopes = [
    { type: 'pattern', pattern: 'a:*\n:é' },
    { type: 'prefix', prefix: 'p:x' },
    { type: 'tag', tag: 't' },
  ] as const
  for (const scope of scopes) await log.append([{ scope, strength: 'soft' }])
  const { positions, position } = await log.snapshot()
  expect(positions.softAt('a:b\n:é', [], 0)).toBeGreaterThan(0)
  expect(positions.softAt('p:x', [], 0)).toBeGreaterThan(0)
  expect(positions.softAt('other', ['t'], 0)).toBe(position)
  expect(positions.hardAt('other', ['t'], 0)).toBe(0)
  const [cell] = cellsOf('tag', 't')
  const row = String(await admin.hget(`{hotpath:p${names}}:log`, `s${Math.floor(cell / 32)}`))
  expect(Number(row.slice((cell % 32) * 16, (cell % 32) * 16 + 16))).toBe(position)
  const all = await log.append([{ scope: { type: 'all' }, strength: 'hard' }])
  expect((await log.snapshot()).positions.hardAt('any', [], 0)).toBe(all.position)
})

test('30,000 records are appended in commands of bounded size', async () => {
  const log = open()
  await admin.config('RESETSTAT')
  const before = await log.head()
  const batch = Array.from({ length: 30_000 }, (_, n) => ({
    scope: { type: 'key' as const, key: `k${n}` },
    strength: 'hard' as const,
  }))
  const { epoch, position } = await log.append(batch)
  expect(epoch).toBe(before.epoch)
  expect(position).toBeGreaterThanOrEqual(before.position + 30_000)
  const { positions } = await log.snapshot()
  expect(positions.hardAt('k0', [], 0)).toBeGreaterThan(before.position)
  expect(positions.hardAt('k29999', [], 0)).toBe(position)
}, 30_000)
