/** The source of truth: slow, sometimes failing. What it says carries the moment at which it was read. */
import type { LoadContext } from '../core.ts'
import type { Value } from './history.ts'
import type { Client } from './process.ts'
import type { Scene } from './scene.ts'

/** A key, as callers give it and as tiers see it. */
export interface Key {
  readonly key: readonly (string | number)[]
  readonly encoded: string
}

/** Names that share cells of the log: the first key both with the last tag, the first two tags both with each other. */
export const KEYS: readonly Key[] = [
  { key: ['a', 9836], encoded: 'a:9836' },
  { key: ['a', 2], encoded: 'a:2' },
  { key: ['b', 1], encoded: 'b:1' },
]
export const TAGS = ['team 21621', 'team 41315', 'team 426716'] as const

export class SourceError extends Error {
  override readonly name = 'SourceError'
}

/** How much of a loader's context a load may use. */
type Context = Pick<LoadContext<Value>, 'addTags' | 'previous' | 'setTtl' | 'skip'>

export async function load(
  scene: Scene,
  client: Client,
  key: string,
  tags: readonly string[],
  context?: Context,
  isLoader = true,
): Promise<Value> {
  const { world, history, climate } = scene
  const { random } = world
  const { machine, waits } = client
  const pass = (label: string): Promise<void> =>
    new Promise((resolve) => machine.receive(random() * climate.sourceMs, `${client.party.name} ${label}`, resolve))
  const startedAt = world.observe()
  const flight = { key, startedAt, tags: tags.map((tag) => ({ tag, at: startedAt })) }

  const givenUpAt = machine.monotonic() + climate.freshness.timeout.hard
  const end = (): void => void (machine.monotonic() < givenUpAt && waits.ends(flight))
  await pass(`asks the source for ${key}`)
  const more = context === undefined ? [] : TAGS.filter(() => random.chance(0.25))
  const value = history.value(key, [...new Set([...tags, ...more])], world.observe())
  const declare = (): void => {
    context?.addTags(more)
    flight.tags.push(...more.map((tag) => ({ tag, at: world.observe() })))
  }
  if (random.chance(0.5)) declare()
  const fate = climate.troubles.has('source') ? random() : 1
  // Only a cache gives up on a loader.
  if (fate < 0.03 && isLoader) {
    machine.receive(3_000, 'a loader hangs', end)
    await new Promise(() => {})
  }

  await pass(`is answered by the source for ${key}`)
  declare()
  if (isLoader) end()
  if (fate < 0.2) throw new SourceError('source failed')
  if (context === undefined) return value
  if (random.chance(0.05)) context.skip()
  if (random.chance(0.1)) context.setTtl({ ttl: 200, staleWhileRevalidate: 500 })
  const { previous } = context
  if (previous !== undefined && random.chance(0.5) && isUnchanged(scene, previous.value, value)) {
    // It begins its windows again.
    previous.value.isStored = false
    return previous.notModified()
  }
  return value
}

/** Whether nothing that concerns a value, or a read that is judged by further tags, has been called for since it was read. */
function isUnchanged({ history }: Scene, previous: Value, now: Value): boolean {
  return !history.calls.some(
    (call) =>
      call.calledAt > previous.readAt &&
      call.calledAt < now.readAt &&
      (call.what.scope.type === 'tag' || call.matches(previous) || call.matches(now)),
  )
}
