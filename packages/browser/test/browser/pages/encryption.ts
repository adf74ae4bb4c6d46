/** A page whose values are encrypted, and which reads its log as a service worker would. */
import { type Cache, createBrowserCache } from '@hotpath/browser'
import { createEncryption } from '@hotpath/browser/encryption'
import { readPositions } from '@hotpath/browser/positions'
import type { Token } from '@hotpath/core'

const encryption = createEncryption({ name: 'user-42' })
const faults: string[] = []
let cache: Cache | undefined

/** Opens a cache, with its values encrypted. */
export function open(): void {
  cache = createBrowserCache({ name: 'secrets', ttl: '1h', tierTimeout: '20s', encryption })
  cache.on('fault', ({ error }) => faults.push(error.code))
}

export async function load(key: string, value: string): Promise<string> {
  return (cache as Cache).getOrSet(key, () => value, { tags: ['secret'] })
}

export async function get(key: string): Promise<string | null> {
  return (await (cache as Cache).get<string>(key)) ?? null
}

/** All that is stored of the cache, as text. */
export async function stored(): Promise<string> {
  const [{ name = '' } = {}] = (await indexedDB.databases()).filter(({ name }) => name?.startsWith('hotpath:secrets'))
  const database = await new Promise<IDBDatabase>((resolve) => {
    const opening = indexedDB.open(name)
    opening.addEventListener('success', () => resolve(opening.result))
  })
  const rows = await new Promise<unknown[]>((resolve) => {
    const reading = database.transaction('entries').objectStore('entries').getAll()
    reading.addEventListener('success', () => resolve(reading.result as unknown[]))
  })
  database.close()
  const { value } = Object(rows[0]) as { readonly value?: { readonly bytes?: ArrayBuffer } }
  return rows.length === 0 ? '' : `${JSON.stringify(rows)} ${new TextDecoder().decode(value?.bytes)}`
}

export async function forget(): Promise<void> {
  await encryption.forget()
}

export const faultCodes = (): readonly string[] => faults

/** What a service worker makes of a token, before and after an invalidation. */
export async function judgements(): Promise<readonly string[]> {
  const before = await readPositions({ name: 'secrets' })
  const token = before?.token ?? ('' as Token)
  await (cache as Cache).invalidateTags(['secret'])
  const after = await readPositions({ name: 'secrets' })
  const judge = (tag: string): string => after?.judge(token, { tags: [tag] }) ?? 'unknown'
  const ofNobody = await readPositions({ name: 'nobody' })
  const isMade = (await indexedDB.databases()).some(({ name }) => name?.includes('nobody'))
  return [judge('secret'), judge('other'), String(ofNobody), String(isMade)]
}
