/** A cache as one writes it in an afternoon: it has every fault that the races look for, but it does tell others. */
import { Redis } from 'ioredis'
import type { CacheNode, Peer, Setting } from '../../src/races/peer.ts'

interface Entry {
  readonly value: unknown
  readonly storedAt: number
}

export const naive: Peer = {
  name: 'naive',
  packages: [],
  setup: 'a map over Redis; a tag is the time at which it was invalidated',
  lacks: { serializer: 'it knows JSON only' },
  open: async (setting) => open(setting, setting.url === undefined ? undefined : new Redis(setting.url)),
}

async function open({ url, tags, origin }: Setting, client: Redis | undefined): Promise<CacheNode> {
  const memory = new Map<string, Entry>()
  const tagTimes = new Map<string, number>()
  const subscriber = url === undefined ? undefined : new Redis(url)
  for (const each of [client, subscriber]) each?.on('error', () => {})
  await subscriber?.subscribe('deleted')
  subscriber?.on('message', (_, key) => memory.delete(key))

  const invalidatedAt = async (tag: string): Promise<number> =>
    client === undefined ? (tagTimes.get(tag) ?? 0) : Number(await client.get(`tag-time ${tag}`))
  const find = async (key: string): Promise<Entry | undefined> => {
    const stored = memory.get(key) ?? (JSON.parse((await client?.get(`entry ${key}`)) ?? 'null') as Entry | null)
    if (stored !== null) memory.set(key, stored)
    const times = await Promise.all(tags.map(invalidatedAt))
    return stored !== null && times.every((at) => at < stored.storedAt) ? stored : undefined
  }
  const load = async (key: string): Promise<unknown> => {
    const entry: Entry = { value: await origin.load(key), storedAt: Date.now() }
    memory.set(key, entry)
    await client?.set(`entry ${key}`, JSON.stringify(entry))
    return entry.value
  }
  const handle = (): ((key: string) => Promise<unknown>) => {
    const flights = new Map<string, Promise<unknown>>()
    return async (key) => {
      const found = await find(key)
      if (found?.value) return found.value
      const flight = flights.get(key) ?? load(key).finally(() => flights.delete(key))
      flights.set(key, flight)
      return flight.catch(() => origin.load(key))
    }
  }

  const [users, same] = [handle(), handle()]
  let turn = 0
  return {
    read: users,
    readTwin: (key) => (turn++ % 2 === 0 ? users : same)(key),
    async invalidateKey(key) {
      memory.delete(key)
      await client?.del(`entry ${key}`)
      await client?.publish('deleted', key)
    },
    async invalidateTag(tag) {
      const now = Date.now()
      tagTimes.set(tag, now)
      await client?.set(`tag-time ${tag}`, now)
    },
    async clear() {
      memory.clear()
      await client?.flushall()
    },
    async close() {
      for (const each of [client, subscriber]) each?.disconnect()
    },
  }
}
