/** What comes before the policy of a memory tier: it sees what is stored, and hands on what it does not do itself. */
import type { Entry, EvictionPolicy, TierStore } from '@hotpath/contract'
import type { MemoryStore } from './memory-store.ts'

/** Called with the key of each entry that has to go. */
export type Evicted = (key: string) => void

export class PolicyFront implements EvictionPolicy {
  readonly policy: EvictionPolicy

  constructor({ policy }: Pick<MemoryStore, 'policy' | 'bounds'>) {
    this.policy = policy
  }

  get size(): number {
    return this.policy.size
  }

  get bytes(): number {
    return this.policy.bytes
  }

  get(key: string): Entry | undefined {
    return this.policy.get(key)
  }

  peek(key: string): Entry | undefined {
    return this.policy.peek(key)
  }

  set(key: string, entry: Entry, bytes: number, evicted: Evicted): void {
    this.policy.set(key, entry, bytes, evicted)
  }

  shrink(toBytes: number, keep: (key: string) => boolean, evicted: Evicted): void {
    this.policy.shrink(toBytes, keep, evicted)
  }

  delete(key: string): boolean {
    return this.policy.delete(key)
  }

  clear(): void {
    this.policy.clear()
  }

  entries(): Iterable<readonly [key: string, entry: Entry]> {
    return this.policy.entries()
  }
}

/** The front of one kind before the policy of a tier: the one that is there, or a new one. */
export function frontOf<Front extends PolicyFront>(store: MemoryStore, Kind: new (store: MemoryStore) => Front): Front {
  for (let at = store.policy; at instanceof PolicyFront; at = at.policy) if (at instanceof Kind) return at
  const front = new Kind(store)
  store.policy = front
  return front
}

/** The store of a memory tier of ours; `undefined` for any other. */
export function memoryStoreOf(store: TierStore | undefined): MemoryStore | undefined {
  const { policy } = Object(store) as Partial<MemoryStore>
  return policy === undefined ? undefined : (store as MemoryStore)
}
