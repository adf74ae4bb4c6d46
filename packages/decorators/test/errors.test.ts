import { describe, expect, test } from 'vitest'
import { isRememberedFailure } from '@hotpath/contract/values'
import { type Cache, createCache, memory } from '@hotpath/core'
import { createMemoryLog, shared } from '@hotpath/core/shared'
import { asyncTier, createFakeClock, createSharedLog, createSharedStore } from '@hotpath/testkit'
import { Batch, CachePut, Cacheable, cacheable } from '../src/index.ts'
import { make } from './make.ts'

const FAILURE = '@hotpath/remembered-failure'

/** Two processes of one cache, over a tier that keeps copies. */
function sharedCaches(): [Cache, Cache] {
  const store = createSharedStore()
  const log = createSharedLog(() => createMemoryLog())
  const clock = createFakeClock()
  const open = (): Cache =>
    createCache({
      name: 'shop',
      tiers: [memory({ maxEntries: 100 }), asyncTier(store)],
      log: () => log.connect(),
      shared,
      clock,
    })
  return [open(), open()]
}

class NotFound extends Error {
  override readonly name = 'NotFound'
}

describe('errorTtl', () => {
  test('remembers a failure, the very same one, for as long as told', async () => {
    const { cache, clock } = make()
    let loads = 0
    class Users {
      @Cacheable({ ttl: '1h', errorTtl: '1s', key: (id) => ['user', id], tags: ['users'] })
      async find(id: number): Promise<number> {
        loads++
        throw new NotFound(`no ${id}`)
      }
    }
    const users = new Users()
    const failures = await Promise.all([1, 1, 1].map((id) => users.find(id).catch((error: unknown) => error)))
    failures.push(await users.find(1).catch((error: unknown) => error))
    expect(failures[0]).toBeInstanceOf(NotFound)
    expect(new Set(failures).size).toBe(1)
    expect(loads).toBe(1)
    clock.advance(1_000)
    await expect(users.find(1)).rejects.toThrow('no 1')
    expect(loads).toBe(2)
    await cache.invalidateTags(['users'])
    await expect(users.find(1)).rejects.toThrow('no 1')
    expect(loads).toBe(3)
    await cache.delete(['user', 1])
    await expect(users.find(1)).rejects.toThrow('no 1')
    expect(loads).toBe(4)
  })

  test('may decide by the error, and leaves values alone', async () => {
    make()
    let loads = 0
    class Users {
      @Cacheable({ errorTtl: (error) => error instanceof NotFound && '1m' })
      async find(id: number): Promise<unknown> {
        loads++
        if (id === 0) throw new NotFound('none')
        if (id < 0) throw new Error('down')
        return id === 1 ? null : { '@hotpath/error': true, error: 'a value' }
      }
    }
    const users = new Users()
    for (const id of [0, 0]) await expect(users.find(id)).rejects.toThrow('none')
    expect(loads).toBe(1)
    for (const id of [-1, -1]) await expect(users.find(id)).rejects.toThrow('down')
    expect(loads).toBe(3)
    expect([await users.find(1), await users.find(1), await users.find(2)]).toEqual([
      null,
      null,
      { '@hotpath/error': true, error: 'a value' },
    ])
  })

  test('a stale value is better than a remembered failure', async () => {
    const { clock } = make()
    let fails = false
    class Users {
      @Cacheable({ ttl: '1s', staleIfError: '1m', errorTtl: '1m' })
      async find(id: number): Promise<number> {
        if (fails) throw new Error('down')
        return id
      }
    }
    const users = new Users()
    await users.find(1)
    fails = true
    clock.advance(2_000)
    expect(await users.find(1)).toBe(1)
  })

  test('a remembered failure is not served stale', async () => {
    const { clock } = make()
    let fails = true
    class Users {
      @Cacheable({ ttl: '1s', staleWhileRevalidate: '1m', staleIfError: '1m', errorTtl: '1s' })
      async find(id: number): Promise<number> {
        if (fails) throw new Error('down')
        return id
      }
    }
    const users = new Users()
    await expect(users.find(1)).rejects.toThrow('down')
    fails = false
    clock.advance(1_000)
    expect(await users.find(1)).toBe(1)
  })
})

describe('a remembered failure', () => {
  const unknown = cacheable(
    async (id: number): Promise<string> => {
      throw new NotFound(`no ${id}`)
    },
    { key: (id) => ['user', id], errorTtl: '1m' },
  )

  test('is thrown to those as well who share its key and remember none', async () => {
    const { cache } = make()
    let loads = 0
    const seen: unknown[] = []
    const see = (value: unknown): string[] => {
      seen.push(value)
      return []
    }
    class Users {
      @Cacheable({ key: (id) => ['user', id], unless: (_args, user) => see(user).length > 0 })
      async find(id: number): Promise<string> {
        loads++
        return `user ${id}`
      }
      @Cacheable({ tags: (_args, name) => see(name) })
      async name(id: number): Promise<string> {
        return this.find(id)
      }
      @CachePut({ key: (id) => ['put', id], tags: (_args, user) => see(user) })
      async put(id: number): Promise<string> {
        return this.find(id)
      }
      @Batch({ key: (id) => ['user', id], cache })
      async findMany(ids: readonly number[]): Promise<string[]> {
        loads++
        return ids.map((id) => `user ${id}`)
      }
    }
    const users = new Users()
    const failure: unknown = await unknown(1).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(NotFound)
    for (const call of [users.find(1), users.name(1), users.put(1), users.findMany([1])]) {
      await expect(call).rejects.toBe(failure)
    }
    expect([loads, seen]).toEqual([0, []])
    expect(await cache.has(['put', 1])).toBe(false)
    await unknown.invalidate(1)
    expect([await users.find(1), await unknown(1), await users.findMany([1]), loads, seen]).toEqual([
      'user 1',
      'user 1',
      ['user 1'],
      1,
      ['user 1'],
    ])
  })

  test('is thrown to those who wait for it and remember none', async () => {
    make()
    const find = cacheable(async (id: number): Promise<string> => `user ${id}`, { key: (id) => ['user', id] })
    const [failed, shared] = await Promise.allSettled([unknown(1), find(1)])
    expect(shared).toEqual(failed)
    expect(shared).toMatchObject({ status: 'rejected', reason: { message: 'no 1' } })
  })

  test('costs those nothing who have no key in common with others: they answer what the cache does', async () => {
    make()
    const answer = Promise.resolve(1)
    const stub = () => ({ getOrSet: () => answer }) as never
    const load = async (): Promise<number> => 1
    expect(cacheable(load, { cache: stub })()).toBe(answer)
    const sharing = cacheable(load, { cache: stub, key: () => 'one' })
    expect(sharing()).not.toBe(answer)
  })

  test('is what other readers of the cache see', async () => {
    const { cache } = make()
    const failure: unknown = await unknown(1).catch((error: unknown) => error)
    const seen = await cache.get(['user', 1])
    expect(isRememberedFailure(seen) && seen.error).toBe(failure)
  })

  test('is nothing that data can pass for, in memory or from a shared tier', async () => {
    const [one, other] = sharedCaches()
    const lookalikes = [
      { '@hotpath/error': true, error: 'x' },
      { error: new Error('x') },
      { [FAILURE]: true, error: 'x' },
    ]
    for (const [id, value] of lookalikes.entries()) {
      await one.set(['user', id], value)
      for (const cache of [one, other]) {
        const find = cacheable(async (of: number): Promise<unknown> => `loaded ${of}`, {
          key: (of) => ['user', of],
          errorTtl: '1m',
          cache,
        })
        expect(await find(id)).toMatchObject({ error: value.error })
      }
    }
    const fails = (cache: Cache) =>
      cacheable(
        async (id: number): Promise<unknown> => {
          throw new NotFound(`no user ${id}`)
        },
        { key: (of) => ['user', of], errorTtl: '1m', cache },
      )
    await expect(fails(one)(9)).rejects.toThrow('no user')
    const seen = await other.get(['user', 9])
    expect(isRememberedFailure(seen)).toBe(true)
    await expect(fails(other)(9)).rejects.toThrow('no user')
    for (const cache of [one, other]) await cache.close()
  })
})
