import {
  type ByteSize,
  type CacheKey,
  type OptionTable,
  checkOptions,
  encodeWholeKey,
  toBytes,
  wrongOption,
} from '@hotpath/contract'
import type { Cache } from '@hotpath/core'
import { insideOf } from '@hotpath/core/inside'
import { VERSION } from './payload.ts'
import { NoRoomError, WireError, toWire } from './wire-value.ts'

/** Options of `dehydrate`. */
export interface DehydrateOptions {
  /** How many bytes it may have; what has no room is left out. Default `'1mb'`. */
  readonly maxBytes?: ByteSize | undefined
  /** Version of your values: a page whose `hydrate` says another one takes nothing. Default: none. */
  readonly schema?: string | number | undefined
}

/** What `dehydrate` resolves to. */
export interface Dehydrated {
  /** For `<script type="application/json">`: there is no `<`, `>` or `&` in it that a page would see. */
  readonly json: string
  /** What is not in it. */
  readonly leftOut: readonly LeftOut[]
}

/** A key that `dehydrate` left out. */
export interface LeftOut {
  /** As it was given. */
  readonly key: CacheKey
  /** The cache has no value, there was no room, or the value is none that can be sent. */
  readonly reason: 'missing' | 'size' | 'value'
}

const OPTIONS: OptionTable<keyof DehydrateOptions> = { maxBytes: true, schema: true }

const UNSAFE = /[<>&\u2028\u2029]/g

/**
 * Writes values of a cache for a page that is rendered on a server: those of the keys that you name and nothing else, with
 * their tags, ages and the position of the log. Everybody who gets the page can read them.
 *
 * Values may be JSON, and have dates, maps, sets, bigints, URLs and `undefined` in them.
 *
 * @throws KeyError; ClosedError; ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { observe } from '@hotpath/observe'
 * import { dehydrate, hydrate } from '@hotpath/observe/server-rendering'
 *
 * const options = { name: 'geo', tiers: [memory({ maxEntries: 1_000 })], ttl: '5m' } as const
 * const onServer = createCache(options)
 * await observe(onServer, ['city', 42], async () => '</script>').ready()
 * const { json } = await dehydrate(onServer, [['city', 42]])
 * console.log(json.includes('</script>')) // false
 *
 * const inPage = createCache(options)
 * hydrate(inPage, json)
 * console.log(observe(inPage, ['city', 42], async () => '').snapshot().data) // </script>
 * await Promise.all([onServer.close(), inPage.close()])
 * ```
 */
export async function dehydrate(
  cache: Cache,
  keys: readonly CacheKey[],
  options: DehydrateOptions = {},
): Promise<Dehydrated> {
  checkOptions(options, 'dehydrate', OPTIONS)
  if (!Array.isArray(keys)) throw wrongOption('keys', 'a list of keys', keys, "Use for example `[['city', 42]]`.")
  const maxBytes = toBytes(options.maxBytes ?? '1mb', 'maxBytes')
  const { schema } = options
  const token = cache.position()
  const entries = await Promise.all(keys.map((key) => cache.entry(key, { stale: true })))
  const head = asJson({ version: VERSION, schema, token, sentAt: insideOf(cache).clock.now() }).slice(0, -1)
  const leftOut: LeftOut[] = []
  const written: string[] = []
  let bytes = byteLength(head) + ',"entries":[]}'.length
  for (const [index, key] of (keys as readonly CacheKey[]).entries()) {
    const entry = entries[index]
    if (entry === undefined) {
      leftOut.push({ key, reason: 'missing' })
      continue
    }
    try {
      const { value, ageMs, ttlLeftMs, tags } = entry
      // `Infinity` becomes `null`.
      const json = asJson([
        encodeWholeKey(key),
        toWire(value, { bytes: maxBytes - bytes }),
        Math.max(0, ageMs),
        Math.max(0, ttlLeftMs),
        tags,
      ])
      const more = byteLength(json) + 1
      if (bytes + more > maxBytes) leftOut.push({ key, reason: 'size' })
      else {
        written.push(json)
        bytes += more
      }
    } catch (error) {
      if (error instanceof NoRoomError) leftOut.push({ key, reason: 'size' })
      else if (error instanceof WireError) leftOut.push({ key, reason: 'value' })
      else throw error
    }
  }
  return { json: `${head},"entries":[${written.join(',')}]}`, leftOut }
}

function asJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}
