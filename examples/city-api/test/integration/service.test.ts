import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { City, RankedCity } from '../../src/city.ts'
import { type Service, startService } from '../../src/service.ts'
import { StartError } from '../../src/start-error.ts'
import { type SmallWorld, createSmallWorld } from '../small-world.ts'

let world: SmallWorld
let service: Service
const onError = vi.fn<(error: unknown) => void>()
beforeAll(async () => {
  world = await createSmallWorld()
  service = await startService({ db: world.db, port: 0, onError })
})
afterAll(async () => {
  await service.close()
  await world.remove()
})

interface Reply {
  readonly status: number
  readonly body: unknown
}

async function ask(path: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(service.url + path, init)
  return { status: response.status, body: await response.json() }
}

const put = (path: string, change: unknown): Promise<Reply> =>
  ask(path, { method: 'PUT', body: JSON.stringify(change) })

/** How many questions reached the database meanwhile. */
async function queriesOf(work: () => Promise<unknown>): Promise<number> {
  const before = service.queries.answered
  await work()
  return service.queries.answered - before
}

/** Places of one country that has several. */
function germans(): readonly City[] {
  return world.cities.filter(({ country }) => country === 'DE').sort((a, b) => b.population - a.population)
}

describe('both halves', () => {
  it.each([
    '/search?q=s',
    '/search?q=%C3%89t',
    '/search?q=nobody+is+called+so',
    '/countries/DE/biggest',
    '/countries/de/biggest',
    '/countries/DE/cities',
    '/countries/DE/cities?from=1',
    '/nearest?lat=48.8566&lon=2.3522',
    '/nearest?lat=-90&lon=180',
  ])('answer %s alike, the fast one from the second time on without the database', async (path) => {
    const plain = await ask(`/plain${path}`)
    expect(plain.status).toBe(200)
    expect(await ask(`/fast${path}`)).toEqual(plain)
    expect(await queriesOf(async () => expect(await ask(`/fast${path}`)).toEqual(plain))).toBe(0)
    expect(await queriesOf(() => ask(`/plain${path}`))).toBe(1)
  })

  it('answer for each place alike', async () => {
    for (const { id } of germans()) expect(await ask(`/fast/cities/${id}`)).toEqual(await ask(`/plain/cities/${id}`))
  })

  it('take points of the same hundredth of a degree as one', async () => {
    const near = await ask('/fast/nearest?lat=10.001&lon=-0.001')
    expect(await queriesOf(async () => expect(await ask('/fast/nearest?lat=10&lon=0')).toEqual(near))).toBe(0)
  })

  it.each([
    ['/search', '`q`'],
    ['/search?q=', '`q`'],
    ['/search?q=%20', '`q`'],
    [`/search?q=${'x'.repeat(61)}`, '`q`'],
    ['/search?q=a%00b', '`q`'],
    ['/countries/XX/biggest', 'No such country'],
    ['/countries/Germany/biggest', 'No such country'],
    ['/countries/DE/cities?from=-1', '`from`'],
    ['/countries/DE/cities?from=', '`from`'],
    ['/nearest?lat=52.5', '`lon`'],
    ['/nearest?lat=NaN&lon=1', '`lat`'],
    ['/nearest?lat=north&lon=1', '`lat`'],
    ['/nearest?lat=&lon=1', '`lat`'],
    ['/nearest?lat=90.1&lon=1', '`lat`'],
    ['/nearest?lat=1&lon=Infinity', '`lon`'],
  ])('refuse %s with 400 and what is wrong', async (path, message) => {
    for (const half of ['plain', 'fast']) {
      const { status, body } = await ask(`/${half}${path}`)
      expect(status).toBe(400)
      expect(body).toEqual({ error: expect.stringContaining(message) as unknown })
    }
  })

  it.each([
    ['GET', '/fast/cities/999999999999', 404],
    ['GET', '/fast/cities/1e3', 404],
    ['GET', '/fast/streets', 404],
    ['GET', '/slow/search?q=a', 404],
    ['GET', '//', 400],
    ['POST', '/fast/search?q=a', 405],
    ['DELETE', '/plain/cities/1', 405],
    ['POST', '/stats', 405],
  ])('answer %s %s with %d and an explanation', async (method, path, status) => {
    const reply = await ask(path, { method })
    expect(reply).toEqual({ status, body: { error: expect.stringMatching(/.+/) as unknown } })
  })
})

describe('the fast half', () => {
  it('asks the database once for many who want the same at the same time', async () => {
    const path = '/fast/search?q=m'
    const replies: Reply[] = []
    const crowd = async (): Promise<void> => {
      replies.push(...(await Promise.all(Array.from({ length: 20 }, () => ask(path)))))
    }
    expect(await queriesOf(crowd)).toBe(1)
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1)
    expect(replies).toHaveLength(20)
  })

  it('remembers that a place does not exist', async () => {
    await ask('/fast/cities/888888888888')
    expect(await queriesOf(() => ask('/fast/cities/888888888888'))).toBe(0)
  })

  it('counts in /stats', async () => {
    await ask('/fast/search?q=l')
    await ask('/fast/search?q=l')
    expect(await ask('/stats')).toMatchObject({ status: 200, body: { hits: expect.any(Number) as unknown } })
    expect(service.cache.stats().hits).toBeGreaterThan(0)
  })
})

describe('a write', () => {
  it.each(['plain', 'fast'])('under /%s makes every fast answer that shows the place new', async (half) => {
    const [first, second] = germans() as [City, City]
    const paths = [
      `/cities/${second.id}`,
      `/cities/${first.id}`,
      '/countries/DE/biggest',
      `/nearest?lat=${second.lat}&lon=${second.lon}`,
      `/search?q=${encodeURIComponent(second.name)}`,
      '/search?q=zz',
    ]
    const old = await Promise.all(paths.map((path) => ask(`/fast${path}`)))
    const change = { name: `Zzadt ${half}`, population: first.population + 1 }
    const reply = await put(`/${half}/cities/${second.id}`, change)
    expect(reply).toMatchObject({ status: 200, body: { before: second, after: { ...change, rankInCountry: 1 } } })

    for (const [index, path] of paths.entries()) {
      const fast = await ask(`/fast${path}`)
      expect(fast).toEqual(await ask(`/plain${path}`))
      expect(fast).not.toEqual(old[index])
    }
    await put(`/${half}/cities/${second.id}`, { name: second.name, population: second.population })
    expect(await Promise.all(paths.map((path) => ask(`/fast${path}`)))).toEqual(old)
  })

  it('leaves the answers alone that do not show the place', async () => {
    const [city] = germans() as [City]
    const other = ['/fast/countries/FR/biggest', '/fast/search?q=q', '/fast/nearest?lat=-30&lon=150']
    await Promise.all(other.map((path) => ask(path)))
    await put(`/fast/cities/${city.id}`, { population: city.population })
    expect(await queriesOf(() => Promise.all(other.map((path) => ask(path))))).toBe(0)
  })

  it('tells which tags it outdated', async () => {
    const [city] = germans() as [City]
    const { body } = await put(`/fast/cities/${city.id}`, { name: `Q${city.name}` })
    expect((body as { tags: string[] }).tags).toEqual(
      expect.arrayContaining([`city:${city.id}`, 'country:DE', 'search:q']),
    )
    await put(`/fast/cities/${city.id}`, { name: city.name })
  })

  it.each([
    ['nothing', '', 400],
    ['no JSON', '{', 400],
    ['null', 'null', 400],
    ['a list', '[]', 400],
    ['no change', '{}', 400],
    ['a negative population', '{"population":-1}', 400],
    ['half an inhabitant', '{"population":0.5}', 400],
    ['a population in words', '{"population":"many"}', 400],
    ['an empty name', '{"name":" "}', 400],
    ['a number for a name', '{"name":7}', 400],
    ['too much', `{"name":"${'x'.repeat(20_000)}"}`, 413],
  ])('with %s is refused and changes nothing', async (_, body, status) => {
    const [city] = germans() as [City]
    const reply = await ask(`/fast/cities/${city.id}`, { method: 'PUT', body })
    expect(reply).toEqual({ status, body: { error: expect.stringMatching(/.+/) as unknown } })
    expect((await ask(`/plain/cities/${city.id}`)).body).toMatchObject(city satisfies Partial<RankedCity>)
  })

  it('to a place that does not exist is a 404', async () => {
    expect((await put('/fast/cities/777777777777', { population: 1 })).status).toBe(404)
  })
})

describe('the service', () => {
  it('names the methods that an address takes', async () => {
    const response = await fetch(`${service.url}/fast/cities/1`, { method: 'DELETE' })
    expect(response.headers.get('allow')).toBe('GET, PUT')
  })

  it('answers HEAD without a body', async () => {
    const response = await fetch(`${service.url}/stats`, { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
  })

  it('lists what to try on its first page', async () => {
    const page = await (await fetch(service.url)).text()
    const [, link] = /href="(\/fast\/nearest[^"]+)"/.exec(page) ?? []
    expect((await ask((link ?? '').replace('&amp;', '&'))).status).toBe(200)
  })

  it('lives on after a query that fails', async () => {
    world.db.exec('ALTER TABLE cities RENAME TO lost')
    expect((await ask('/plain/search?q=v')).status).toBe(500)
    expect((await ask('/fast/search?q=v')).status).toBe(500)
    world.db.exec('ALTER TABLE lost RENAME TO cities')
    expect(onError).toHaveBeenCalledTimes(2)
    expect((await ask('/plain/search?q=v')).status).toBe(200)
    expect((await ask('/fast/search?q=v')).status).toBe(200)
  })

  it('says which way out there is when the port is taken', async () => {
    const port = Number(new URL(service.url).port)
    const second = startService({ db: world.db, port })
    await expect(second).rejects.toThrow(StartError)
    await expect(second).rejects.toThrow(`Port ${port} is taken. Choose another one: PORT=${port + 1} ./scripts/start`)
  })

  it('frees its port when it closes, also with connections kept alive', async () => {
    const first = await startService({ db: world.db, port: 0 })
    const port = Number(new URL(first.url).port)
    const idle = connect(port, '127.0.0.1')
    await fetch(first.url)
    await first.close()
    idle.destroy()
    const second = await startService({ db: world.db, port })
    expect((await fetch(second.url)).status).toBe(200)
    await second.close()
  })
})
