import { describe, expect, it } from 'vitest'
import { createHttpClient } from '../../../src/http/index.ts'
import { setUp } from './client.ts'
import { json, startOrigin } from './origin.ts'

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = []
  for await (const item of items) list.push(item)
  return list
}

describe('pages', () => {
  it('follow the links of the server, each when it is asked for', async () => {
    await using test = await setUp(({ url }, response) => {
      const page = Number(new URL(url, 'http://x').searchParams.get('page') ?? 1)
      json(response, { page }, page < 3 ? { link: `<?page=${page + 1}&size=2>; rel="next"` } : {})
    })
    const pages = test.api.pages<{ page: number }>('/cities', { query: { size: 2 } })
    expect(test.origin.requests).toHaveLength(0)
    expect((await pages.next()).value).toEqual({ page: 1 })
    expect(test.origin.requests).toHaveLength(1)
    expect(await all(pages)).toEqual([{ page: 2 }, { page: 3 }])
    expect(test.origin.requests.map(({ url }) => url)).toEqual([
      '/cities?size=2',
      '/cities?page=2&size=2',
      '/cities?page=3&size=2',
    ])
  })

  it('end when nobody wants more, or there have been enough', async () => {
    await using test = await setUp(({ url }, response) => json(response, url, { link: `<${url}x>; rel=next` }))
    for await (const page of test.api.pages('/a')) if (page === '/ax') break
    expect(test.origin.requests).toHaveLength(2)
    expect(await all(test.api.pages('/b', { maxPages: 3 }))).toEqual(['/b', '/bx', '/bxx'])
    expect(test.origin.requests).toHaveLength(5)
  })

  it('go where the caller says', async () => {
    await using test = await setUp(({ url }, response) => json(response, { next: url === '/a' ? '/b' : null }))
    const pages = test.api.pages<{ next: string | null }>('/a', { next: ({ next }) => next })
    expect(await all(pages)).toEqual([{ next: '/b' }, { next: null }])
  })

  it('in a circle are an error', async () => {
    await using test = await setUp(({ url }, response) =>
      json(response, url, { link: `<${url === '/a' ? '/b' : '/a'}>; rel=next` }),
    )
    await expect(all(test.api.pages('/a'))).rejects.toThrow(/go in a circle/)
    expect(test.origin.requests).toHaveLength(2)
  })

  it.each(['file:///etc/passwd', 'data:text/plain,x', 'ftp://x/'])('are addresses of HTTP, not %s', async (next) => {
    await using test = await setUp(({ url }, response) => json(response, url, { link: `<${next}>; rel=next` }))
    await expect(all(test.api.pages('/a'))).rejects.toThrow(/`next` must be an address with http: or https:/)
    expect(test.origin.requests).toHaveLength(1)
  })

  it('fail with the page that fails', async () => {
    await using test = await setUp(({ url }, response) => {
      if (url === '/b') response.writeHead(404).end()
      else json(response, url, { link: '</b>; rel=next' })
    })
    await expect(all(test.api.pages('/a'))).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS', status: 404 })
  })

  it('do not give headers to another origin', async () => {
    await using other = await startOrigin(({ headers }, response) => json(response, headers.authorization ?? 'none'))
    await using test = await setUp(({ headers }, response) =>
      json(response, headers.authorization, { link: `<${other.url}>; rel=next` }),
    )
    expect(await all(test.api.pages('/a', { headers: { authorization: '1' } }))).toEqual(['1', 'none'])
  })
})

describe('pages that lead to another origin', () => {
  const secret = { authorization: 'secret', 'x-api-key': 'secret' }

  it("get none of the client's headers, also of one that has no origin of its own", async () => {
    await using other = await startOrigin(({ headers }, response) =>
      json(response, [headers.authorization, headers['x-api-key']]),
    )
    await using test = await setUp((_, response) => json(response, 'first', { link: `<${other.url}/2>; rel=next` }))
    for (const headers of [secret, () => secret]) {
      await using api = createHttpClient({ headers })
      expect(await all(api.pages(`${test.origin.url}/1`))).toEqual(['first', [null, null]])
    }
  })

  it('get none of the headers of the caller when the first one was redirected there', async () => {
    await using other = await startOrigin(({ url, headers }, response) =>
      json(response, headers.authorization ?? null, url === '/1' ? { link: '</2>; rel=next' } : {}),
    )
    await using test = await setUp((_, response) => response.writeHead(302, { location: `${other.url}/1` }).end())
    expect(await all(test.api.pages('/1', { headers: secret }))).toEqual([null, null])
  })
})

describe('fields', () => {
  const city = { id: 1, name: 'Ulm', population: 126_000 }

  it('are asked for, each selection an entry of its own', async () => {
    await using test = await setUp(
      ({ url }, response) => {
        const names = new URL(url, 'http://x').searchParams.get('fields')?.split(',')
        json(
          response,
          names === undefined
            ? city
            : Object.fromEntries(Object.entries(city).filter(([name]) => names.includes(name))),
          {
            'cache-control': 'max-age=60',
          },
        )
      },
      { fieldsParameter: 'fields' },
    )
    expect(await test.api.get('/cities/1', { fields: ['id', 'name'] })).toEqual({ id: 1, name: 'Ulm' })
    expect(await test.api.get('/cities/1')).toEqual(city)
    expect(test.origin.requests.map(({ url }) => url)).toEqual(['/cities/1?fields=id%2Cname', '/cities/1'])
  })

  it('are picked by the client unless a parameter is named, out of one entry', async () => {
    const headers = { 'cache-control': 'max-age=60' }
    await using test = await setUp((_, response) => json(response, [city, 'odd'], headers))
    expect(await test.api.get('/cities', { fields: ['name', 'gone'] })).toEqual([{ name: 'Ulm' }, 'odd'])
    expect(await test.api.get('/cities')).toEqual([city, 'odd'])
    expect(test.origin.requests.map(({ url }) => url)).toEqual(['/cities'])
  })
})

describe('idempotency keys', () => {
  it('are the same for each attempt of a write, and new for the next write', async () => {
    await using test = await setUp(
      (_, response) => {
        if (test.origin.requests.length % 2 === 1) response.socket?.destroy()
        else json(response, 'done')
      },
      { idempotencyKeys: true, retry: { attempts: 2, delay: 0 } },
    )
    expect(await test.api.post('/a', { body: 1 })).toBe('done')
    expect(await test.api.patch('/a', { body: 1 })).toBe('done')
    const keys = test.origin.requests.map(({ headers }) => headers['idempotency-key'])
    expect(keys[0]).toMatch(/^[\da-f-]{36}$/)
    expect([keys[1], keys[3]]).toEqual([keys[0], keys[2]])
    expect(keys[2]).not.toBe(keys[0])
  })

  it('may be named by the caller, or left out; without one a POST is never repeated', async () => {
    await using test = await setUp((_, response) => response.socket?.destroy(), { retry: { attempts: 2, delay: 0 } })
    const keysOf = async (idempotencyKey?: string | boolean): Promise<unknown[]> => {
      const before = test.origin.requests.length
      await test.api.post('/a', { body: 1, idempotencyKey }).catch(() => {})
      return test.origin.requests.slice(before).map(({ headers }) => headers['idempotency-key'])
    }
    expect(await keysOf()).toEqual([undefined])
    expect(await keysOf('mine')).toEqual(['mine', 'mine'])
    expect(await keysOf(false)).toEqual([undefined])
    expect(await keysOf(true)).toEqual([expect.any(String), expect.any(String)])
  })

  it('are not needed by what may be repeated anyway', async () => {
    await using test = await setUp(
      (_, response) => {
        if (test.origin.requests.length === 1) response.socket?.destroy()
        else json(response, 'done')
      },
      { idempotencyKeys: () => 'made', retry: { attempts: 2, delay: 0 } },
    )
    expect(await test.api.put('/a', { body: 1 })).toBe('done')
    expect(test.origin.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined, undefined])
  })
})

describe('headers', () => {
  it('of the client go to its own origin alone, and give way to those of a call', async () => {
    await using other = await startOrigin(({ headers }, response) => json(response, headers['x-a'] ?? 'none'))
    await using test = await setUp(({ headers }, response) => json(response, [headers['x-a'], headers.accept]), {
      headers: { 'X-A': '1' },
    })
    expect(await test.api.get('/a')).toEqual(['1', 'application/json, */*;q=0.5'])
    expect(await test.api.get('/a', { headers: { 'x-a': '2', Accept: 'x/y' } })).toEqual(['2', 'x/y'])
    expect(await test.api.get('/a', { headers: { 'x-a': undefined } })).toEqual([null, expect.any(String)])
    expect(await test.api.get(`${other.url}/a`)).toBe('none')
  })

  it('may be made for each request', async () => {
    let token = 0
    await using test = await setUp(({ headers }, response) => json(response, headers.authorization), {
      headers: async () => ({ authorization: `Bearer ${++token}` }),
    })
    expect(await test.api.get('/a')).toBe('Bearer 1')
    expect(await test.api.get('/a')).toBe('Bearer 2')
  })
})
