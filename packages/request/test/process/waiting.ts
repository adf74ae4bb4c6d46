/**
 * A program whose only business is to wait for policies, one after another. It must not end in the middle: nothing but the
 * wait itself keeps it alive.
 */
import { createCache, memory } from '@hotpath/core'
import { batch, createQueue, currentCall, hedge, limit, memoize, retry, throttle, timeout } from '../../src/index.ts'

const hang = (): Promise<never> => new Promise(() => {})
const codeOf = (error: { readonly code?: unknown }): unknown => error.code
const busyOnce = (): (() => Promise<string>) => {
  let calls = 0
  return async () => {
    if (++calls === 1) throw new Error('busy')
    return 'ok'
  }
}
const pause = { delay: '40ms', jitter: false } as const

async function main(): Promise<void> {
  const waits: Readonly<Record<string, () => Promise<unknown>>> = {
    retry: () => retry(busyOnce(), pause)(),
    timeout: () => timeout(hang, '40ms')().catch(codeOf),
    hedge: () => hedge(() => (currentCall().attempt === 1 ? hang() : Promise.resolve('ok')), { after: '40ms' })(),
    throttle: () => {
      const send = throttle(async () => 'ok', { limit: 1, interval: '40ms' })
      return Promise.all([send(), send()])
    },
    limit: () => {
      const run = limit(retry(busyOnce(), pause), { concurrency: 1 })
      return Promise.all([run(), run()])
    },
    queue: async () => {
      const queue = createQueue({ concurrency: 1 })
      void queue.add(() => timeout(hang, '40ms')()).catch(() => {})
      await queue.add(() => 'ok')
      return queue.idle()
    },
    'batch window': () => batch(async (keys: readonly number[]) => keys, { window: '40ms' }).load(1),
    'batch turn': () => batch(async (keys: readonly number[]) => keys).load(1),
    'batch timeout': () =>
      batch(hang as () => Promise<readonly number[]>, { timeout: '40ms' })
        .load(1)
        .catch(codeOf),
    'batch retry': () => {
      const load = busyOnce()
      return batch(async (keys: readonly number[]) => (await load(), keys), { retry: { attempts: 2, ...pause } }).load(
        1,
      )
    },
    memoize: () => memoize(retry(busyOnce(), pause), { maxEntries: 1 })(),
    'a function wrapped in a cache': async () => {
      const cache = createCache({ name: 'memo', tiers: [memory({ maxEntries: 1 })] })
      await cache.wrap(retry(busyOnce(), pause), { key: () => 'k' })()
      return cache.close()
    },
  }
  for (const [name, wait] of Object.entries(waits)) {
    await wait()
    console.log(name)
  }
  console.log('END')
}

void main()
