/** Races of one process: run with memory alone and with Redis, where the contestant can; the worse answer counts. */
import type { Lab } from './lab.ts'
import { fail, type Outcome, PASS, stale } from './outcome.ts'
import type { CacheNode } from './peer.ts'
import { nextMillisecond, settles, within } from './wait.ts'

export type Where = 'memory' | 'Redis'
type Way = 'key' | 'tag'

const KEY = 'raced'
const TAG = 'tag-1'

/** A load is under way, an invalidation is awaited, the load ends: who asks now must not get its value. */
export function duringLoad(way: Way): (lab: Lab, where: Where) => Promise<Outcome> {
  return async (lab, where) => {
    const { node, first } = await loadUnderWay(lab, where, way)
    await invalidate(node, way)
    lab.origin.release(KEY)
    await within(3_000, 'the load', first)
    await lab.settle()
    if (!(await lab.isFresh(node, KEY))) {
      return stale('when the load has ended, what it had read before the invalidation is served')
    }
    if (where === 'memory') return PASS
    await lab.stored(KEY)
    const other = await lab.node({ where, tags: tagsOf(way) })
    return (await lab.isFresh(other, KEY)) ? PASS : stale('another node is served the outdated value from Redis')
  }
}

/** A load is under way, an invalidation is awaited: who asks now must not wait for that load and take its value. */
export function joining(way: Way): (lab: Lab, where: Where) => Promise<Outcome> {
  return async (lab, where) => {
    const { node, first } = await loadUnderWay(lab, where, way)
    await invalidate(node, way)
    const second = node.read(KEY)
    await settles(300, lab.origin.called(KEY, 2))
    lab.origin.releaseOne(KEY, 1)
    await settles(300, lab.origin.calls(KEY) >= 2 ? second : Promise.resolve())
    lab.origin.release(KEY)
    await within(3_000, 'the first read', first)
    const value = await within(3_000, 'the second read', second)
    return value === lab.origin.current(KEY)
      ? PASS
      : stale('a caller after the invalidation was given the value of the load before it')
  }
}

/** Ten callers wait for a load that fails: one call, and its failure for all. */
export async function failingLoader(lab: Lab, where: Where): Promise<Outcome> {
  const node = await lab.node({ where })
  const reason = new Error('the origin is down')
  lab.origin.hold(KEY)
  const callers = Promise.allSettled(Array.from({ length: 10 }, () => node.read(KEY)))
  await within(3_000, 'the load', lab.origin.called(KEY, 1))
  await lab.settle()
  lab.origin.fail(KEY, reason)
  const results = await within(5_000, 'the ten reads', callers)
  const calls = lab.origin.calls(KEY)
  const told = results.filter((result) => result.status === 'rejected' && isOf(result.reason, reason)).length
  if (told < 10) return fail(`${10 - told} of 10 callers were not told of the failure`)
  return calls === 1 ? PASS : fail(`the loader was called ${calls} times`)
}

/** Two handles of one name miss the same key at once: one load. */
export async function handles(lab: Lab, where: Where): Promise<Outcome> {
  const { readTwin } = await lab.node({ where })
  if (readTwin === undefined) return fail('there is no second handle')
  lab.origin.hold(KEY)
  const reads = Promise.all([readTwin(KEY), readTwin(KEY)])
  await within(3_000, 'the load', lab.origin.called(KEY, 1))
  await settles(200, lab.origin.called(KEY, 2))
  lab.origin.release(KEY)
  await within(3_000, 'the two reads', reads)
  return lab.origin.calls(KEY) === 1 ? PASS : fail(`the loader was called ${lab.origin.calls(KEY)} times`)
}

async function loadUnderWay(lab: Lab, where: Where, way: Way): Promise<{ node: CacheNode; first: Promise<unknown> }> {
  const node = await lab.node({ where, tags: tagsOf(way) })
  lab.origin.hold(KEY)
  const first = node.read(KEY)
  await within(3_000, 'the load', lab.origin.called(KEY, 1))
  lab.origin.change(KEY)
  return { node, first }
}

/** Between two milliseconds of the wall clock, as some contestants order by it. */
async function invalidate(node: CacheNode, way: Way): Promise<void> {
  await nextMillisecond()
  const done = way === 'key' ? node.invalidateKey(KEY) : node.invalidateTag?.(TAG)
  await within(3_000, 'the invalidation', done ?? Promise.reject(new Error('there is no such invalidation')))
  await nextMillisecond()
}

function tagsOf(way: Way): readonly string[] {
  return way === 'tag' ? [TAG] : []
}

function isOf(error: unknown, reason: Error): boolean {
  return error === reason || (error instanceof Error && isOf(error.cause, reason))
}
