/**
 * Several nodes over one shared tier and one log, across a network whose every message is a turn of a seeded scheduler:
 * the real engine, with appends that fail after or before they were accepted, and a log that loses its state.
 *
 * `SEED=…` replays one schedule, `SEEDS=…` says how many.
 */
import { type InvalidationLog, type LogFollower, type LogRecord, type Token, compilePattern } from '@hotpath/contract'
import {
  type Scheduler,
  asyncTier,
  createFakeClock,
  createRandom,
  createScheduler,
  createSharedLog,
  createSharedStore,
  scheduledLog,
  scheduledTier,
} from '@hotpath/testkit'
import { expect, test } from 'vitest'
import { createExactPositions } from '../src/view/exact-positions.ts'
import { type Cache, type LoadContext, createCache, createMemoryLog, memory } from './core.ts'

const KEYS = ['a', 'b'] as const
const { SEED, SEEDS = '400' } = process.env
const seeds = SEED === undefined ? Array.from({ length: Number(SEEDS) }, (_, seed) => seed) : [Number(SEED)]

/** Snapshots of their own for each follower, as over a network; the in-process log shares its live table. */
function copying(log: InvalidationLog): InvalidationLog {
  let records: LogRecord[] = []
  void log.follow({ record: (record) => void records.push(record), interrupted: () => void (records = []) })
  return {
    ...log,
    snapshot: async () => {
      const snapshot = await log.snapshot()
      const positions = createExactPositions(compilePattern, { maxEntries: 1_000, maxBytes: 1e6 })
      for (const record of records) if (record.epoch === snapshot.epoch) positions.raise(record)
      return { ...snapshot, positions }
    },
  }
}

/** A connection to the log that can break. */
interface Connection {
  readonly log: InvalidationLog
  /** From now on nothing is lost. */
  repair(): void
  /** Tells the follower that records may have been lost. */
  interrupt(): void
}

/** Some appends fail, half of those after they were accepted, and some records do not arrive. */
function connect(log: InvalidationLog, random: () => number): Connection {
  const followers = new Set<LogFollower>()
  let good = false
  return {
    repair: () => void (good = true),
    interrupt: () => {
      for (const follower of [...followers]) follower.interrupted()
    },
    log: {
      ...log,
      append: async (invalidations) => {
        const lot = good ? 1 : random()
        if (lot < 0.1) throw new Error('lost on the way there')
        const mark = await log.append(invalidations)
        if (lot < 0.2) throw new Error('lost on the way back')
        return mark
      },
      follow: async (follower) => {
        followers.add(follower)
        const record = (one: LogRecord): void => void ((good || random() > 0.05) && follower.record(one))
        const { from, stop } = await log.follow({ record, interrupted: (cause) => follower.interrupted(cause) })
        return { from, stop: () => (followers.delete(follower), stop()) }
      },
    },
  }
}

class Node {
  /** What a read that begins now on this node has to see at least. */
  readonly floor = { a: 0, b: 0 }
  readonly name: string
  readonly cache: Cache
  readonly connection: Connection

  constructor(name: string, cache: Cache, connection: Connection) {
    this.name = name
    this.cache = cache
    this.connection = connection
  }
}

interface Written {
  readonly key: 'a' | 'b'
  readonly version: number
  readonly token: Token
}

async function play(seed: number): Promise<number> {
  const clock = createFakeClock()
  const random = createRandom(seed + 1)
  const scheduler: Scheduler = createScheduler({ seed, idle: () => clock.advanceToNext() })
  const store = createSharedStore()
  let epochs = 0
  const shared = createSharedLog(() => createMemoryLog({ random: createRandom(seed * 100 + ++epochs) }))
  const source = { a: 0, b: 0 }
  const written: Written[] = []
  let checks = 0

  const nodes = ['A', 'B', 'C'].map((name) => {
    const connection = connect(copying(shared.connect()), random)
    const log = scheduledLog(connection.log, scheduler, `log ${name}`)
    const tiers = [
      memory({ maxEntries: random() < 0.3 ? 1 : 10 }),
      scheduledTier(asyncTier(store), scheduler, `tier ${name}`),
    ]
    const options = { name: 'nodes', tiers: random() < 0.8 ? tiers : tiers.slice(1), log: () => log, clock, random }
    const cache = createCache({ ...options, ttl: Infinity, timeout: false, tierTimeout: false, backoff: false })
    return new Node(name, cache, connection)
  })

  async function read(node: Node): Promise<void> {
    const key = random.pick(KEYS)
    const known = random() < 0.3 ? random.pick(written.length > 0 ? written : [undefined]) : undefined
    const least = Math.max(node.floor[key], known?.key === key ? known.version : 0)
    const tags = [`tag ${key}`]
    const late = random() < 0.5
    const load = async (context?: Pick<LoadContext, 'addTags'>): Promise<number> => {
      await scheduler.turn(`${node.name} asks the source`)
      const version = source[key]
      await scheduler.turn(`${node.name} is answered by the source`)
      context?.addTags(tags)
      return version
    }
    const options = { tags, after: known?.token }
    const how = random.int(4)
    const value =
      how === 0
        ? await node.cache.get<number>(key, { after: known?.token })
        : how === 1
          ? (await node.cache.getOrSetMany<number>([key], async () => [await load()], options))[0]
          : await node.cache.getOrSet(key, load, late ? { after: known?.token } : options)
    checks++
    if (value !== undefined) expect(value, `${node.name} reads ${key}`).toBeGreaterThanOrEqual(least)
  }

  async function write(node: Node, key: 'a' | 'b'): Promise<void> {
    const version = ++source[key]
    const how = random.int(6)
    try {
      const token = await change(node, key, version, how)
      written.push({ key, version, token })
    } catch (error) {
      expect((error as { code: string }).code).toBe('ERR_LOG_UNAVAILABLE')
    }
    // Also when nobody knows whether the log has it: on this node it holds.
    node.floor[key] = Math.max(node.floor[key], version)
  }

  async function change(node: Node, key: 'a' | 'b', version: number, how: number): Promise<Token> {
    const tags = [`tag ${key}`]
    if (how === 0) return node.cache.set(key, version, { tags })
    if (how === 1) return node.cache.delete(key)
    if (how === 2) return node.cache.clear()
    if (how === 3) return node.cache.invalidatePattern(`${key}*`)
    return node.cache.invalidateTags(tags)
  }

  /** A value that was read from the source at some point, and is stored as of then. */
  async function copy(node: Node): Promise<void> {
    const key = random.pick(KEYS)
    const asOf = node.cache.position()
    const version = source[key]
    await scheduler.turn(`${node.name} has read the source`)
    if (asOf !== undefined) await node.cache.set(key, version, { tags: [`tag ${key}`], asOf })
  }

  // `set` claims that its value is current, so the writers of one key take turns, as they would in a database.
  const lastWrite = { a: Promise.resolve(), b: Promise.resolve() }
  function writeInTurn(node: Node): Promise<void> {
    const key = random.pick(KEYS)
    lastWrite[key] = lastWrite[key].then(() => write(node, key))
    return lastWrite[key]
  }

  async function work(node: Node): Promise<void> {
    for (let step = 0; step < 8; step++) {
      const lot = random()
      if (lot < 0.6) await read(node)
      else if (lot < 0.85) await writeInTurn(node)
      else if (lot < 0.92) await copy(node)
      else if (lot < 0.98) node.connection.interrupt()
      else shared.replace()
    }
  }

  for (const node of nodes)
    for (const worker of [1, 2, 3]) void scheduler.spawn(`${node.name}${worker}`, () => work(node))
  await scheduler.run()

  // What nobody acknowledged is appended again until it is, and the next record shows that one was lost.
  for (const node of nodes) node.connection.repair()
  for (let second = 0; second < 20; second++) {
    clock.advance(1_000)
    await scheduler.run()
  }

  void scheduler.spawn('one more record', () => nodes[0]?.cache.invalidateTags(['other']))
  await scheduler.run()

  // P2: when all is quiet, what is left in any tier is what the source says.
  for (const node of nodes) {
    for (const key of KEYS) {
      void scheduler.spawn(`last read of ${key} on ${node.name}`, async () => {
        const value = await node.cache.get<number>(key, { after: written.at(-1)?.token })
        if (value !== undefined) expect(value, `${node.name} has ${key}`).toBe(source[key])
      })
    }
  }
  await scheduler.run()
  for (const node of nodes) void scheduler.spawn(`close ${node.name}`, () => node.cache.close())
  await scheduler.run()
  expect(clock.pending).toBe(0)
  return checks
}

test('P1, P2, P16: no schedule of three nodes returns or keeps what an invalidation outdated', async () => {
  let checks = 0
  for (const seed of seeds) {
    checks += await play(seed).catch((cause: unknown) => {
      throw new Error(`SEED=${seed} fails: ${(cause as Error).message}`, { cause })
    })
  }
  expect(checks).toBeGreaterThan(seeds.length * 5)
}, 120_000)
