/**
 * A store whose keys other programs change as well: what they write or remove, and what expires, goes out of the tiers
 * above.
 *
 * Invariants: a read that a change overtook does not answer with what was there before it, so that memory never gets
 * it after it was told to let go. An own write is heard of like any other; it is told apart by what lies there: the
 * header that was written, or something else. That is asked only for keys written a moment ago.
 */
import { readHeader } from '@hotpath/codec'
import type { Entry, TierContext, TierStore } from '@hotpath/contract'
import type { ChangeFeed } from './change-feed.ts'

/** What tracking works with. */
export interface TrackedParts {
  readonly store: TierStore
  readonly feed: ChangeFeed
  /** What every key in Redis begins with. */
  readonly keyPrefix: string
  /** Reads the first bytes under a key of the server. */
  readHead(key: string): Promise<Uint8Array>
}

/** Bytes in which a header fits, save one with very many tags: that counts as somebody else's. */
export const HEAD_BYTES = 4_096

/** How long after a write the news of it may come; twice that, as half of them are forgotten at a time. */
const FORGET_MS = 1_000
/** A key that changes during each of so many reads is a miss. */
const MAX_READS = 3

type Written = Pick<Entry, 'epoch' | 'asOf'>

export function trackedStore({ store, feed, keyPrefix, readHead }: TrackedParts, context: TierContext): TierStore {
  const reads = new Set<Read>()
  let written = new Map<string, Written>()
  let writtenBefore = new Map<string, Written>()
  let cancelForget: (() => void) | undefined

  function drop(key: string | undefined): void {
    for (const read of reads) read.overtake(key)
    context.changed?.(key)
  }

  async function check(key: string, own: Written): Promise<void> {
    const isOwn = await readHead(keyPrefix + key).then(
      (head) => isWritten(head, own),
      () => false,
    )
    if (!isOwn) drop(key)
  }

  const stop = feed.listen(keyPrefix, {
    changed(key) {
      const own = written.get(key) ?? writtenBefore.get(key)
      if (own === undefined) drop(key)
      else void check(key, own)
    },
    missed: () => drop(undefined),
    failed: (error) => context.fault(error),
  })

  function forgetLater(): void {
    cancelForget ??= context.clock.after(FORGET_MS, () => {
      cancelForget = undefined
      writtenBefore = written
      written = new Map()
      if (writtenBefore.size > 0) forgetLater()
    })
  }

  function remember(key: string, { epoch, asOf }: Entry): void {
    written.set(key, { epoch, asOf })
    forgetLater()
  }

  /** Reads again what was overtaken. */
  async function read(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    const found = new Map<string, Entry | undefined>()
    let wanted = keys
    for (let attempt = 0; attempt < MAX_READS && wanted.length > 0; attempt++) {
      const one = new Read(wanted)
      reads.add(one)
      try {
        const entries = await store.getMany(wanted)
        for (const [index, key] of wanted.entries()) found.set(key, one.overtaken.has(key) ? undefined : entries[index])
      } finally {
        reads.delete(one)
      }
      wanted = [...one.overtaken]
    }
    return keys.map((key) => found.get(key))
  }

  return {
    ...store,
    get: async (key) => (await read([key]))[0],
    getMany: read,
    set(key, entry) {
      remember(key, entry)
      return store.set(key, entry)
    },
    setMany(entries) {
      for (const [key, entry] of entries) remember(key, entry)
      return store.setMany(entries)
    },
    close() {
      stop()
      cancelForget?.()
      return store.close()
    },
  }
}

/** Keys that are being read, and those of them that changed meanwhile. */
class Read {
  readonly overtaken = new Set<string>()
  readonly #keys: ReadonlySet<string>

  constructor(keys: readonly string[]) {
    this.#keys = new Set(keys)
  }

  /** Without a key: all of them. */
  overtake(key: string | undefined): void {
    if (key === undefined) for (const one of this.#keys) this.overtaken.add(one)
    else if (this.#keys.has(key)) this.overtaken.add(key)
  }
}

function isWritten(head: Uint8Array, own: Written): boolean {
  try {
    const { epoch, asOf } = readHeader(head)
    return epoch === own.epoch && asOf === own.asOf
  } catch {
    return false
  }
}
