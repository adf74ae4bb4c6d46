/** What is let go of is collected: seen by the garbage collector, which runs on demand here. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createCache, memory } from '@hotpath/core'
import { expect, test } from 'vitest'
import { dehydrate, hydrate } from '../src/server-rendering/index.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

test('what a page has taken over is let go of with its cache, and not a minute later', async () => {
  const make = () => createCache({ name: 'page', tiers: [memory({ maxEntries: 10 })] })
  const server = make()
  await server.set('city', { name: 'Bern' })
  const { json } = await dehydrate(server, ['city'])
  const takeOver = async (): Promise<WeakRef<object>> => {
    const cache = make()
    expect(await hydrate(cache, json).stored).toBe(1)
    const shown = new WeakRef(cache.peek('city') as object)
    await cache.close()
    return shown
  }
  const held = await takeOver()
  for (let round = 0; round < 20 && held.deref() !== undefined; round++) {
    await new Promise((resolve) => void setImmediate(resolve))
    gc()
  }
  expect(held.deref()).toBeUndefined()
})
