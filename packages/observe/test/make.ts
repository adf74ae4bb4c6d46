import { type Cache, type CacheOptions, createCache, type HotpathError, memory } from '@hotpath/core'
import { createFakeClock, createRandom, type FakeClock } from '@hotpath/testkit'
import { createFakeConnectivity, createFakeLifecycle } from '@hotpath/web/testing'
import { type FakeConnectivity, type FakeLifecycle } from '@hotpath/web/testing'
import { type Observer, setPage, type Snapshot } from '../src/index.ts'

/** A cache on virtual time, in a page that the test moves, and what it reports. */
export interface World {
  readonly cache: Cache
  readonly clock: FakeClock
  readonly lifecycle: FakeLifecycle
  readonly connectivity: FakeConnectivity
  readonly faults: HotpathError[]
}

export function make(options: Partial<CacheOptions> = {}): World {
  const clock = createFakeClock()
  const cache = createCache({
    name: 'test',
    tiers: [memory({ maxEntries: 10_000 })],
    ttl: '1m',
    clock,
    random: createRandom(1),
    ...options,
  })
  const [lifecycle, connectivity] = [createFakeLifecycle(), createFakeConnectivity()]
  setPage(cache, { lifecycle, connectivity })
  const faults: HotpathError[] = []
  cache.on('fault', ({ error }) => faults.push(error))
  return { cache, clock, lifecycle, connectivity, faults }
}

/** Listens, and keeps every snapshot that it is called for. */
export function watch<Data>(
  observer: Observer<never, Data> | Pick<Observer<unknown, Data>, 'subscribe' | 'snapshot'>,
): {
  readonly seen: Snapshot<Data>[]
  readonly stop: () => void
} {
  const seen: Snapshot<Data>[] = []
  const stop = observer.subscribe(() => seen.push(observer.snapshot()))
  return { seen, stop }
}
