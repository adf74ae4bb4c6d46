/** A page that follows the invalidations of a server. */
import { type Cache, createBrowserCache, inspectStorage } from '@hotpath/browser'
import { follow } from '@hotpath/browser/follow'
import type { Token } from '@hotpath/contract'

const heard: string[] = []
let cache: Cache | undefined

/**
 * Opens a cache, and follows the server from a token on, unless this browser knows a later one.
 *
 * @param address - Of a WebSocket when it begins with `ws:`.
 */
export async function open(name: string, after: string | null, address = '/api/invalidations'): Promise<void> {
  cache = createBrowserCache({ name, ttl: '1h', tierTimeout: '20s' })
  await cache.ready()
  const connect = (from: Token | undefined): WebSocket => new WebSocket(`${address}/?after=${from ?? ''}`)
  const source = address.startsWith('ws:') ? connect : address
  const following = follow(cache, source, after === null ? {} : { after: after as Token })
  following.on('*', ({ type }) => heard.push(type))
}

export async function set(key: string, tag: string): Promise<void> {
  // Not `set`, which is an invalidation of its own.
  await cache?.getOrSet(key, () => 'value', { tags: [tag] })
}

export async function get(key: string): Promise<string | null> {
  return (await cache?.get<string>(key)) ?? null
}

/** How many entries outlive the page. */
export async function storedCount(): Promise<number> {
  return cache === undefined ? 0 : ((await inspectStorage(cache)).stored?.entries ?? 0)
}

/** What happened to the connection of this tab. */
export function events(): readonly string[] {
  return heard
}

/** Closes the cache, and with it the connection. */
export async function close(): Promise<void> {
  await cache?.close()
}
