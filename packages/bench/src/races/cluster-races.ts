/** Races of two nodes over one Redis. */
import type { Lab } from './lab.ts'
import { fail, type Outcome, PASS, stale } from './outcome.ts'
import type { CacheNode } from './peer.ts'
import type { Proxy } from './proxy.ts'
import { nextMillisecond, settles, within } from './wait.ts'

const KEY = 'shared'
const TAG = 'tag-1'
const MUTE = fail('the nodes never heard of each other')

type Way = 'key' | 'tag'

/** Both nodes hold a value; one invalidates it. */
export function reaching(way: Way): (lab: Lab) => Promise<Outcome> {
  return async (lab) => {
    const pair = await twoNodes(lab, way === 'tag' ? [TAG] : [])
    if (pair === undefined) return MUTE
    await hold(pair)
    lab.origin.change(KEY)
    await invalidate(pair.a, way)
    return (await lab.becomesFresh(pair.b, KEY)) ? PASS : stale('the other node serves the old value on')
  }
}

/** Both hold a value; the wire of one is cut while the other invalidates, and mended. Then it hears probes again. */
export function lostMessage(way: Way): (lab: Lab) => Promise<Outcome> {
  return async (lab) => {
    const wire = await lab.proxy()
    const pair = await twoNodes(lab, way === 'tag' ? [TAG] : [], wire)
    if (pair === undefined) return MUTE
    await hold(pair)
    wire.cut()
    lab.origin.change(KEY)
    await invalidate(pair.a, way)
    wire.restore()
    if (!(await lab.hears(pair.a, pair.b, 20_000))) return fail('the node did not come back within 20 s')
    return (await lab.becomesFresh(pair.b, KEY))
      ? PASS
      : stale('the node is connected again and serves what was invalidated meanwhile')
  }
}

/**
 * An invalidation of one node is held on its way, before its first write to Redis, its second, …; meanwhile the other
 * invalidates, loads, and invalidates again. When the late one arrives, what was loaded in between must stay outdated.
 */
export async function concurrentInvalidations(lab: Lab): Promise<Outcome> {
  const wire = await lab.proxy()
  const pair = await twoNodes(lab, [TAG], wire)
  if (pair === undefined) return MUTE
  const { a, b } = pair
  for (let writes = 0; writes < 6; writes++) {
    const key = `${KEY}-${writes}`
    const held = wire.holdAfter(writes)
    const late = Promise.resolve(b.invalidateTag?.(TAG))
    late.catch(() => {})
    await settles(300, Promise.race([held, late]))
    await invalidate(a, 'tag')
    await within(3_000, 'a read', a.read(key))
    await lab.stored(key)
    lab.origin.change(key)
    await invalidate(a, 'tag')
    wire.release()
    await within(5_000, 'the late invalidation', late)
    const c = await lab.node({ where: 'Redis', tags: [TAG] })
    for (const node of [a, b, c]) {
      if (!(await lab.becomesFresh(node, key))) {
        return stale('when the late invalidation has arrived, what a newer one had outdated is served again')
      }
    }
  }
  return PASS
}

/** A tag is invalidated, and any one key is evicted from Redis, before or after: what was outdated must not come back. */
export function evicted(when: 'before' | 'after'): (lab: Lab) => Promise<Outcome> {
  return async (lab) => {
    for (let index = 0; ; index++) {
      await lab.reset()
      const key = `${KEY}-${index}`
      const a = await lab.node({ where: 'Redis', tags: [TAG] })
      await within(3_000, 'a read', a.read(key))
      await lab.stored(key)
      const evict = async (): Promise<string | undefined> => {
        const victim = (await lab.admin.keys('*')).toSorted()[index]
        if (victim !== undefined) await lab.admin.del(victim)
        return victim
      }
      const early = when === 'before' ? await evict() : undefined
      lab.origin.change(key)
      await invalidate(a, 'tag')
      const victim = when === 'before' ? early : await evict()
      if (victim === undefined) return PASS
      const fresh = await lab.node({ where: 'Redis', tags: [TAG] })
      for (const [node, who] of [
        [fresh, 'a new node'],
        [a, 'the node itself'],
      ] as const) {
        if (!(await lab.becomesFresh(node, key)))
          return stale(`without \`${plain(victim)}\` ${who} serves the old value`)
      }
    }
  }
}

/** Both nodes hold a value; one clears. */
export async function clearing(lab: Lab): Promise<Outcome> {
  const pair = await twoNodes(lab, [])
  if (pair === undefined) return MUTE
  await hold(pair)
  lab.origin.change(KEY)
  await within(3_000, 'clear', pair.a.clear?.() ?? Promise.resolve())
  return (await lab.becomesFresh(pair.b, KEY)) ? PASS : stale('the other node serves on what was cleared')
}

/** One node loads while the other clears; when it has heard of that, the load ends. */
export async function clearingDuringLoad(lab: Lab): Promise<Outcome> {
  const pair = await twoNodes(lab, [])
  if (pair === undefined) return MUTE
  const { a, b } = pair
  lab.origin.hold(KEY)
  const loading = b.read(KEY)
  await within(3_000, 'the load', lab.origin.called(KEY, 1))
  lab.origin.change(KEY)
  await within(3_000, 'clear', a.clear?.() ?? Promise.resolve())
  if (lab.peer.lacks.bus === undefined && !(await lab.hears(a, b, 5_000))) return MUTE
  lab.origin.release(KEY)
  await within(3_000, 'the load', loading)
  await lab.settle()
  if (!(await lab.becomesFresh(b, KEY))) {
    return stale('when the load has ended, what it had read before the clear is served')
  }
  return (await lab.becomesFresh(a, KEY))
    ? PASS
    : stale('when the load has ended, the node that cleared is served the old value from Redis')
}

interface Pair {
  readonly a: CacheNode
  readonly b: CacheNode
}

/** Two nodes that hear each other; `undefined` if they never do though they should. */
async function twoNodes(lab: Lab, tags: readonly string[], wire?: Proxy): Promise<Pair | undefined> {
  const a = await lab.node({ where: 'Redis', tags })
  const b = await lab.node({ where: wire ?? 'Redis', tags })
  if (lab.peer.lacks.bus !== undefined) return { a, b }
  return (await lab.hears(a, b, 5_000)) ? { a, b } : undefined
}

/** Both have read the value and keep it. */
async function hold({ a, b }: Pair): Promise<void> {
  for (const node of [a, b, a, b]) await within(3_000, 'a read', node.read(KEY))
}

/** Between two milliseconds of the wall clock, as some contestants order by it. */
async function invalidate(node: CacheNode, way: Way): Promise<void> {
  await nextMillisecond()
  const done = way === 'key' ? node.invalidateKey(KEY) : node.invalidateTag?.(TAG)
  await within(3_000, 'the invalidation', done ?? Promise.reject(new Error('there is no such invalidation')))
  await nextMillisecond()
}

/** A key of Redis without what differs from run to run. */
function plain(victim: string): string {
  return victim.replaceAll(/\d{4,}/g, '…')
}
