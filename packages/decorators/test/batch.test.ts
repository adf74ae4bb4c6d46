import { currentCall } from '@hotpath/request'
import { createFakeClock, deferred, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { Batch, Cacheable, clear, invalidate } from '../src/index.ts'
import { make } from './make.ts'

interface User {
  readonly id: number
  readonly name: string
}

describe('@Batch', () => {
  test('calls of one turn go out as one, each key once, and each caller gets what is his', async () => {
    const calls: number[][] = []
    class Users {
      readonly suffix = '!'
      @Batch()
      async findMany(ids: readonly number[]): Promise<User[]> {
        calls.push([...ids])
        return ids.map((id) => ({ id, name: `${id}${this.suffix}` }))
      }
      async find(id: number): Promise<string | undefined> {
        const [user] = await this.findMany([id])
        return user?.name
      }
    }
    const users = new Users()
    const [list, one, two, none] = await Promise.all([
      users.findMany([3, 1]),
      users.find(1),
      users.find(2),
      users.findMany([]),
    ])
    expect([list.map(({ id }) => id), one, two, none]).toEqual([[3, 1], '1!', '2!', []])
    expect(calls).toEqual([[3, 1, 2]])
    await users.find(1)
    expect(calls).toHaveLength(2)
  })

  test('each object has batches of its own', async () => {
    const calls: string[] = []
    class Users {
      readonly tenant: string
      constructor(tenant: string) {
        this.tenant = tenant
      }
      @Batch()
      async findMany(ids: readonly number[]): Promise<string[]> {
        calls.push(`${this.tenant} ${ids.join()}`)
        return ids.map((id) => `${this.tenant} ${id}`)
      }
    }
    const [a, b] = [new Users('a'), new Users('b')]
    expect(await Promise.all([a.findMany([1]), b.findMany([1]), a.findMany([2])])).toEqual([['a 1'], ['b 1'], ['a 2']])
    expect(calls.toSorted()).toEqual(['a 1,2', 'b 1'])
  })

  test('options are those of `batch`', async () => {
    const clock = createFakeClock()
    const calls: number[] = []
    class Users {
      @Batch({ window: '50ms', maxBatch: 2, clock })
      async findMany(ids: readonly number[]): Promise<number[]> {
        calls.push(ids.length)
        return ids.map((id) => id + currentCall().attempt)
      }
    }
    const users = new Users()
    const answer = users.findMany([1, 2, 3])
    await flush()
    expect(calls).toEqual([2])
    clock.advance(50)
    expect(await answer).toEqual([2, 3, 4])
    expect(calls).toEqual([2, 1])
  })

  test('a key that makes the call fail fails only those who asked for it', async () => {
    class Users {
      @Batch()
      async findMany(ids: readonly number[]): Promise<number[]> {
        if (ids.includes(13)) throw new RangeError('poison')
        return ids.map((id) => id * 2)
      }
    }
    const users = new Users()
    const ids = Array.from({ length: 100 }, (_, id) => id)
    const answers = await Promise.allSettled(ids.map((id) => users.findMany([id])))
    for (const [id, answer] of answers.entries()) {
      if (id === 13) expect(answer).toMatchObject({ status: 'rejected', reason: { message: 'poison' } })
      else expect(answer).toEqual({ status: 'fulfilled', value: [id * 2] })
    }
  })

  test('an Error in the list is the answer for its key', async () => {
    class Users {
      @Batch()
      async findMany(ids: readonly number[]): Promise<(number | Error)[]> {
        return ids.map((id) => (id < 0 ? new RangeError(`no ${id}`) : id))
      }
    }
    expect(await new Users().findMany([1, -1, 2])).toEqual([1, new RangeError('no -1'), 2])
  })

  test('what is no list fails, on either side', async () => {
    class Users {
      @Batch()
      async asMap(ids: readonly number[]): Promise<number[]> {
        return new Map(ids.map((id) => [id, id])) as never
      }
      @Batch()
      async short(ids: readonly number[]): Promise<number[]> {
        return ids.slice(1)
      }
    }
    const users = new Users()
    await expect(users.asMap([1])).rejects.toMatchObject({ code: 'ERR_REQUEST_RESULT' })
    await expect(users.asMap([1])).rejects.toThrow('`asMap` answered an object where `@Batch` needs a list')
    await expect(users.short([1, 2])).rejects.toMatchObject({ code: 'ERR_REQUEST_RESULT' })
    await expect(users.short(5 as never)).rejects.toThrow(
      '`short` was called with a number where `@Batch` needs a list',
    )
  })
})

describe('@Batch with `maxEntries`', () => {
  test('keeps values for each object, and forgets those of keys, or all', async () => {
    const calls: string[] = []
    class Users {
      readonly #name: string
      constructor(name: string) {
        this.#name = name
      }
      @Batch({ maxEntries: 2 })
      async find(ids: readonly number[]): Promise<string[]> {
        calls.push(`${this.#name} ${ids.join()}`)
        return ids.map((id) => `${id}, call ${calls.length}`)
      }
    }
    const [users, others] = [new Users('users'), new Users('others')]
    const find = async (): Promise<string[]> => [...(await users.find([1, 2])), ...(await others.find([1]))]
    expect(await find()).toEqual(['1, call 1', '2, call 1', '1, call 2'])
    expect(await find()).toEqual(['1, call 1', '2, call 1', '1, call 2'])
    expect(await invalidate(users, 'find', [1])).toBeUndefined()
    expect(await find()).toEqual(['1, call 3', '2, call 1', '1, call 2'])
    clear(users, 'find')
    expect(await find()).toEqual(['1, call 4', '2, call 4', '1, call 2'])
    await users.find([3])
    await users.find([1])
    expect(calls).toEqual(['users 1,2', 'others 1', 'users 1', 'users 1,2', 'users 3', 'users 1'])
    await expect(invalidate(users, 'find', 1 as never)).rejects.toThrow('needs a list of keys')
  })

  test('a call under way is not joined once its key was forgotten, nor is what it brings kept', async () => {
    const [begun, gates] = [
      [deferred(), deferred()],
      [deferred(), deferred()],
    ]
    let calls = 0
    class Users {
      @Batch({ maxEntries: 2 })
      async find(ids: readonly number[]): Promise<string[]> {
        const call = calls++
        begun[call]?.resolve()
        await gates[call]?.promise
        return ids.map((id) => `${id}, call ${call}`)
      }
    }
    const users = new Users()
    const early = users.find([1])
    await begun[0]?.promise
    await invalidate(users, 'find', [1])
    const late = users.find([1])
    await begun[1]?.promise
    for (const gate of gates) gate.resolve()
    expect([await early, await late]).toEqual([['1, call 0'], ['1, call 1']])
    expect(await users.find([1])).toEqual(['1, call 1'])
  })

  test('without it nothing is kept, and nothing to forget', async () => {
    const { cache } = make()
    class Users {
      @Batch()
      async plain(ids: readonly number[]): Promise<number[]> {
        return [...ids]
      }
      @Batch({ cache, key: (id) => ['user', id] })
      async cached(ids: readonly number[]): Promise<number[]> {
        return [...ids]
      }
    }
    const isRefused = expect.objectContaining({ code: 'ERR_DECORATOR_TARGET' })
    expect(() => clear(new Users(), 'plain')).toThrow(isRefused)
    await expect(invalidate(new Users(), 'plain', [1])).rejects.toThrow(isRefused)
    // The cache is for others too.
    expect(() => clear(new Users(), 'cached')).toThrow(isRefused)
  })
})

describe('@Batch with a cache', () => {
  test('removes the values of keys everywhere, and returns the token of that', async () => {
    const { cache } = make()
    const calls: number[][] = []
    class Users {
      @Batch({ cache, key: (id) => ['user', id] })
      async find(ids: readonly number[]): Promise<number[]> {
        calls.push([...ids])
        return [...ids]
      }
    }
    const users = new Users()
    await users.find([1, 2, 3])
    expect(await invalidate(users, 'find', [1, 3])).toBe(cache.position())
    expect(await cache.getMany([1, 2, 3].map((id) => ['user', id]))).toEqual([undefined, 2, undefined])
    await users.find([1, 2, 3])
    expect(calls).toEqual([
      [1, 2, 3],
      [1, 3],
    ])
  })

  test('has no `maxEntries`: what the cache has lost must not be kept here', () => {
    const { cache } = make()
    expect(() => Batch({ cache, key: (id) => ['user', String(id)], maxEntries: 10 })).toThrow(
      '`maxEntries` must be left out',
    )
  })

  test('looks there first, and stores there with tags', async () => {
    const { cache } = make()
    const calls: number[][] = []
    class Users {
      readonly cache = cache
      @Batch({
        cache: (self) => self.cache,
        key: (id) => ['user', id],
        tags: (id, { name }) => [`user:${id}`, name],
        ttl: '1m',
      })
      async findMany(ids: readonly number[]): Promise<User[]> {
        calls.push([...ids])
        return ids.map((id) => ({ id, name: `n${id}` }))
      }
      @Cacheable({ key: (id) => ['user', id] })
      async find(id: number): Promise<User> {
        return { id, name: 'alone' }
      }
    }
    const users = new Users()
    await users.findMany([1, 2])
    expect((await users.findMany([2, 3, 1])).map(({ name }) => name)).toEqual(['n2', 'n3', 'n1'])
    expect(calls).toEqual([[1, 2], [3]])
    expect(await users.find(3)).toEqual({ id: 3, name: 'n3' })
    expect(await cache.inspect(['user', 1])).toMatchObject({ tags: ['user:1', 'n1'], ttlLeftMs: 60_000 })
    await cache.invalidateTags(['user:2'])
    await users.findMany([1, 2])
    expect(calls.at(-1)).toEqual([2])
  })

  test('the cache is found at each call, and its absence told', async () => {
    const { cache } = make()
    class Users {
      cache = undefined as typeof cache | undefined
      @Batch({ cache: (self) => self.cache, key: (id) => ['user', id] })
      async findMany(ids: readonly number[]): Promise<number[]> {
        return [...ids]
      }
    }
    const users = new Users()
    await expect(users.findMany([1])).rejects.toMatchObject({ code: 'ERR_DECORATOR_UNCONFIGURED' })
    users.cache = cache
    expect(await users.findMany([1])).toEqual([1])
    expect(await cache.get(['user', 1])).toBe(1)
  })

  test('needs keys', () => {
    const { cache } = make()
    expect(() => Batch({ cache })).toThrow(/`@Batch` with a `cache` needs the keys/)
    expect(() => Batch({ cache: {} as never, key: () => 'k' })).toThrow(/`cache` must be a cache/)
    expect(() => Batch({ maxBatch: 0 })).toThrow(/`maxBatch`/)
    expect(() => Batch({ cache, key: () => 'k', ttl: -1 })).toThrow(/`ttl`/)
    expect(() => Batch(null as never)).toThrow(/`options of batch` must be an object, received null/)
  })
})
