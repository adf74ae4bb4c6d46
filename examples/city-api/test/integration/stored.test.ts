import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Service, type ServiceOptions, startService } from '../../src/service.ts'
import { type SmallWorld, createFolder, createSmallWorld } from '../small-world.ts'

let folder: Awaited<ReturnType<typeof createFolder>>
let world: SmallWorld
const errors: unknown[] = []
const running = new Set<Service>()

beforeAll(async () => {
  folder = await createFolder()
  world = await createSmallWorld()
})
afterAll(async () => {
  for (const service of running) await service.close()
  await world.remove()
  await folder.remove()
})

async function start(): Promise<Service> {
  const options: ServiceOptions = { db: world.db, port: 0, onError: (error) => errors.push(error) }
  const service = await startService({ ...options, cacheFile: join(folder.path, 'cache.db') })
  running.add(service)
  await vi.waitFor(() => expect(service.cache.position()).toBeDefined())
  return service
}

it('services of one machine share answers and writes, and so does one that starts later', async () => {
  const [one, other] = [await start(), await start()]
  // Whichever country of the small world comes first.
  const { country } = world.cities[0] as { readonly country: string }
  const ask = async ({ url }: Service): Promise<{ readonly population: number }[]> =>
    (await (await fetch(`${url}/fast/countries/${country}/biggest`)).json()) as { readonly population: number }[]
  const before = await ask(one)
  expect(await ask(other)).toEqual(before)
  expect(other.cache.stats().loads).toBe(0)

  const [first] = await one.queries.biggest(country)
  await fetch(`${one.url}/fast/cities/${first?.id}`, {
    method: 'PUT',
    body: JSON.stringify({ population: 99_999_999 }),
  })
  await vi.waitFor(async () => expect((await ask(other))[0]?.population).toBe(99_999_999))

  for (const service of [one, other]) await service.close()
  const later = await start()
  expect((await ask(later))[0]?.population).toBe(99_999_999)
  expect(later.cache.stats().loads).toBe(0)
  expect(errors).toEqual([])
})
