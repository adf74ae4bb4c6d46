import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { openCityApi } from '../../src/api.ts'
import { createCityServer } from '../../src/server.ts'
import { tell } from '../../src/story.ts'

it('sends no more than it must, and gets through each trouble', async () => {
  const cityServer = createCityServer()
  cityServer.server.listen(0, '127.0.0.1')
  await once(cityServer.server, 'listening')
  const { port } = cityServer.server.address() as AddressInfo
  try {
    await using cityApi = openCityApi(`http://127.0.0.1:${port}`)
    const chapters = await tell(cityApi, cityServer)
    expect(chapters.map(({ asked }) => asked)).toEqual([
      ['GET /cities/1'],
      ['GET /cities/1'],
      ['POST /batch'],
      ['GET /cities', 'GET /cities?page=2'],
      ['PUT /cities/1', 'GET /cities/1'],
      ['POST /visits', 'POST /visits'],
      ['GET /cities/7', 'GET /cities/7'],
      Array.from({ length: 4 }, () => 'GET /cities/1'),
    ])
    expect(chapters.map(({ result }) => result)).toEqual([
      '1 answer for all',
      'City 1, revalidated',
      '2, 3, 4, 5, 6',
      'City 15, on the second of three pages',
      '42 inhabitants',
      '1 visit, though it was sent twice',
      'waited, then answered',
      'City 1, stale',
    ])
    expect(chapters[1]?.sentBytes).toBe(0)
  } finally {
    cityServer.server.close()
  }
})
