import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startRedis } from '../../../../scripts/redis-server.ts'
import { type Service, startService } from '../../src/service.ts'
import { type SmallWorld, createSmallWorld } from '../small-world.ts'

let redis: Awaited<ReturnType<typeof startRedis>>
let world: SmallWorld
let services: Service[]
const errors: unknown[] = []

beforeAll(async () => {
  redis = await startRedis()
  world = await createSmallWorld()
  const start = (): Promise<Service> =>
    startService({ db: world.db, port: 0, redis: redis.url, onError: (error) => errors.push(error) })
  services = [await start(), await start()]
  for (const { cache } of services) await vi.waitFor(() => expect(cache.position()).toBeDefined())
})
afterAll(async () => {
  for (const service of services) await service.close()
  await world.remove()
  redis.stop()
})

it('two services share answers, and a write through one is seen through the other', async () => {
  const [one, other] = services as [Service, Service]
  // Whichever country of the small world comes first.
  const { country } = world.cities[0] as { readonly country: string }
  const ask = async ({ url }: Service): Promise<{ readonly population: number }[]> =>
    (await (await fetch(`${url}/fast/countries/${country}/biggest`)).json()) as { readonly population: number }[]
  const before = await ask(one)
  expect(await ask(other)).toEqual(before)
  expect(other.cache.stats().loads).toBe(0)

  const [first] = await one.queries.biggest(country)
  const body = JSON.stringify({ population: 99_999_999 })
  await fetch(`${one.url}/fast/cities/${first?.id}`, { method: 'PUT', body })
  await vi.waitFor(async () => expect((await ask(other))[0]?.population).toBe(99_999_999))
  expect(errors).toEqual([])
})
