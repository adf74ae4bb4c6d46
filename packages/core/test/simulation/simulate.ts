/** Plays one seed: some virtual seconds of calls and troubles, then quiet, in which everything has to come right. */
import { Checker, showCall } from './checker.ts'
import { type Climate, type GivenClimate, drawClimate } from './climate.ts'
import { Cluster } from './cluster.ts'
import { History } from './history.ts'
import type { Client } from './process.ts'
import type { Scene } from './scene.ts'
import { KEYS } from './source.ts'
import { Troubles } from './troubles.ts'
import { Workload } from './workload.ts'
import { World } from './world.ts'

/** What a run came to. */
export interface Outcome {
  readonly seed: number
  /** Events. */
  readonly steps: number
  /** Answers and entries that were judged. */
  readonly checks: number
  readonly failure: string | undefined
  readonly trace: string
  readonly climate: Climate
}

/** Virtual milliseconds of calls and troubles. */
const BUSY_MS = 20_000
/** Until everything has come right: longer than any timeout. */
const QUIET_MS = 40_000

export async function simulate(seed: number, given?: GivenClimate): Promise<Outcome> {
  const world = new World(seed)
  const climate = drawClimate(world.random, given)
  const history = new History(world)
  const checker = new Checker(world, history)
  const scene: Scene = { world, climate, history, checker, cluster: new Cluster(world, history, climate) }
  let failure: string | undefined
  try {
    await play(scene)
  } catch (error) {
    failure =
      error instanceof Error ? (error.name === 'Violation' ? error.message : String(error.stack)) : String(error)
  }
  return { seed, steps: world.steps, checks: checker.checks, failure, trace: world.trace, climate }
}

async function play(scene: Scene): Promise<void> {
  const { world, climate } = scene
  const { random } = world
  const troubles = new Troubles(scene)
  const workload = new Workload(scene)
  const peeks = random.chance(0.3)
  world.afterEach = () => {
    // Each look sets a timer, so not after each of those.
    const isPeeking = peeks && world.now < BUSY_MS && random.chance(0.2)
    for (const process of troubles.processes) {
      const { isIsolated } = process
      for (const { party, cache, watcher } of process.clients) {
        if (isIsolated) party.isolatedMs = world.now
        watcher.afterEach(cache.position())
      }
      if (isPeeking && !process.machine.isAsleep) for (const client of process.clients) workload.peek(client)
    }
  }

  const burst = (): void => {
    if (world.now > BUSY_MS) return
    for (let call = 1 + random.int(6); call > 0; call--) {
      const client = random.pick(random.pick(troubles.processes).clients)
      client.machine.receive(random() * 10, 'call', () => workload.act(client))
    }
    // Now and then nothing happens for so long that only the clock tells.
    world.after(random.chance(0.04) ? random() * 8_000 : random() * climate.burstMs, 'burst', burst)
  }
  const strike = (): void => {
    if (world.now > BUSY_MS) return
    troubles.strike()
    world.after(random() * 2 * climate.troubleMs, 'trouble', strike)
  }
  world.after(0, 'burst', burst)
  world.after(random() * climate.troubleMs, 'trouble', strike)
  await world.runUntil(BUSY_MS)
  troubles.end()
  await world.runUntil(BUSY_MS + QUIET_MS + (climate.troubles.has('suspend') ? 60_000 : 0))
  await judgeTheEnd(scene, troubles, workload)
}

async function judgeTheEnd(scene: Scene, troubles: Troubles, workload: Workload): Promise<void> {
  const { world, history, checker } = scene
  const clients = troubles.processes.flatMap((process) => process.clients)
  for (const { open, party } of clients)
    for (const call of open) checker.fail('P7', `a call has no answer: ${call} (${party.name})`)
  for (const call of history.calls) {
    if (call.isVoid || !call.party.isAlive() || history.isAccepted(call)) continue
    checker.fail('P3', `an invalidation was never accepted for good: ${showCall(call)}`)
  }
  for (const client of clients) for (const key of KEYS) void workload.getOrSet(client, key, { isLast: true })
  await world.runUntil(world.now + 20_000)
  await judgeHits(clients, scene)
  for (const { cache } of clients) void cache.close()
  await world.runUntil(world.now + 30_000)
  for (const { machine } of troubles.processes)
    if (machine.pending > 0) checker.fail('P17', `${machine.name} has ${machine.pending} timers after the end`)
}

/** A cache that answered everything by loading would never be wrong. */
async function judgeHits(clients: readonly Client[], { world, history, checker }: Scene): Promise<void> {
  for (const { cache, party } of clients) {
    const { key, encoded } = KEYS[0] as (typeof KEYS)[number]
    let loads = 0
    const load = (): unknown => {
      loads++
      return history.value(encoded, [], world.observe())
    }
    // Loads of others that are still under way may get between.
    for (let attempt = 0; attempt < 4 && loads !== 1; attempt++) {
      loads = 0
      void cache.getOrSet(key, load, { ttl: '1h', refresh: true, timeout: false })
      await world.runUntil(world.now + 2_000)
      void cache.getOrSet(key, load, { ttl: '1h', timeout: false })
      await world.runUntil(world.now + 2_000)
    }
    if (loads !== 1) checker.fail('P5', `${party.name} keeps nothing, though all is well: ${loads} loads`)
  }
}
