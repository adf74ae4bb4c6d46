import { createMemoryLog, shared } from '@hotpath/core/shared'
import { chaosLog, createFakeClock, deferred } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { CachePut, Cacheable, cacheEvict, cachePut, cacheable, invalidate } from '../src/index.ts'
import { putsInMind } from '../src/overlaps.ts'
import { make } from './make.ts'

interface User {
  readonly id: number
  readonly name: string
}

describe('@CachePut', () => {
  test('calls each time, and stores the result under its key, keys and tags', async () => {
    const { cache } = make()
    let calls = 0
    class Users {
      @CachePut({
        ttl: '1m',
        key: (id) => ['user', id],
        keys: ([, name], user) => [
          ['name', name],
          ['id', user.id],
        ],
        tags: ([id], user) => [`user:${id}`, `name:${user.name}`],
      })
      async rename(id: number, name: string): Promise<User> {
        calls++
        return { id, name }
      }
    }
    const users = new Users()
    await users.rename(1, 'ann')
    expect(await users.rename(1, 'bob')).toEqual({ id: 1, name: 'bob' })
    expect(calls).toBe(2)
    expect(
      await cache.getMany([
        ['user', 1],
        ['name', 'ann'],
        ['name', 'bob'],
        ['id', 1],
      ]),
    ).toMatchObject([{ name: 'bob' }, { name: 'ann' }, { name: 'bob' }, { name: 'bob' }])
    expect(await cache.inspect(['user', 1])).toMatchObject({ tags: ['user:1', 'name:bob'], ttlLeftMs: 60_000 })
  })

  test('stores the first result of a process, although the view of a shared log is not there yet', async () => {
    const clock = createFakeClock()
    const log = chaosLog(createMemoryLog(), { random: () => 0.99, clock, delayMs: 40 })
    const { cache } = make({ clock, log: () => log, shared })
    class Users {
      @CachePut({ key: (id) => ['user', id], keys: ([, name]) => [['name', name]] })
      async rename(id: number, name: string): Promise<User> {
        return { id, name }
      }
    }
    const renamed = new Users().rename(1, 'ann')
    await clock.advanceAsync(100)
    await renamed
    expect(
      await cache.getMany([
        ['user', 1],
        ['name', 'ann'],
      ]),
    ).toMatchObject([{ name: 'ann' }, { name: 'ann' }])
  })

  test('outdates what is being loaded from before', async () => {
    const { cache } = make()
    const gate = deferred<string>()
    class Users {
      @Cacheable({ key: (id) => ['user', id] })
      async find(id: number): Promise<string> {
        return `${id} ${await gate.promise}`
      }
      @CachePut({ key: (id) => ['user', id] })
      async rename(id: number, name: string): Promise<string> {
        return `${id} ${name}`
      }
    }
    const users = new Users()
    const before = users.find(1)
    await users.rename(1, 'new')
    gate.resolve('old')
    await before
    expect(await cache.get(['user', 1])).toBe('1 new')
    expect(await users.find(1)).toBe('1 new')
  })

  test('stores nothing when the method fails', async () => {
    const { cache } = make()
    await cache.set(['user', 1], 'old')
    class Users {
      @CachePut({ key: (id) => ['user', id] })
      async rename(id: number): Promise<string> {
        throw new Error(`no ${id}`)
      }
    }
    await expect(new Users().rename(1)).rejects.toThrow('no')
    expect(await cache.get(['user', 1])).toBe('old')
  })

  test('null is stored; without a value, and where `unless` holds, what was there is removed', async () => {
    const { cache } = make()
    class Users {
      @CachePut({ key: (id) => ['user', id], unless: ([id], user) => id === 3 && user !== null })
      async rename(id: number, name: string | null | undefined): Promise<string | null | undefined> {
        return id > 0 ? name : 'none'
      }
    }
    const users = new Users()
    for (const id of [1, 2, 3]) await cache.set(['user', id], 'old')
    await users.rename(1, null)
    await users.rename(2, undefined)
    await users.rename(3, 'draft')
    expect(
      await cache.getMany([
        ['user', 1],
        ['user', 2],
        ['user', 3],
      ]),
    ).toEqual([null, undefined, undefined])
  })

  test('leaves the cache alone when `when` says so', async () => {
    const { cache } = make()
    await cache.set(['user', 0], 'old')
    class Users {
      @CachePut({ key: (id) => ['user', id], when: (id) => id > 0 })
      async rename(id: number): Promise<string> {
        return `new ${id}`
      }
    }
    expect(await new Users().rename(0)).toBe('new 0')
    expect(await cache.get(['user', 0])).toBe('old')
  })
})

describe('puts of one key that run at the same time', () => {
  const setUp = () => {
    const { cache } = make()
    const answers = new Map<string, ReturnType<typeof deferred<string>>>()
    const put = cachePut(
      async (id: number, name: string): Promise<string> => {
        expect(id).toBeGreaterThan(0)
        const answer = deferred<string>()
        answers.set(name, answer)
        return answer.promise
      },
      { key: (id) => ['user', id] },
    )
    const answer = async (name: string, put: Promise<unknown>): Promise<void> => {
      answers.get(name)?.resolve(name)
      await put
    }
    return { cache, put, answers, answer }
  }

  test('leave no value, in whichever order they end', async () => {
    for (const order of [
      ['a', 'b'],
      ['b', 'a'],
    ]) {
      const { cache, put, answer } = setUp()
      const puts: Record<string, Promise<string>> = { a: put(1, 'a'), b: put(1, 'b') }
      for (const name of order) await answer(name, puts[name] as Promise<string>)
      expect(await cache.has(['user', 1]), order.join()).toBe(false)
    }
  })

  test('do not hinder those of other keys, nor those after them', async () => {
    const { cache, put, answer } = setUp()
    const [first, other] = [put(1, 'first'), put(2, 'other')]
    await answer('first', first)
    await answer('other', other)
    const next = put(1, 'next')
    await answer('next', next)
    expect(
      await cache.getMany([
        ['user', 1],
        ['user', 2],
      ]),
    ).toEqual(['next', 'other'])
  })

  test('one that fails hinders nobody', async () => {
    const { cache, put, answers, answer } = setUp()
    const [bad, good] = [put(1, 'bad'), put(1, 'good')]
    answers.get('bad')?.reject(new Error('no'))
    await expect(bad).rejects.toThrow('no')
    await answer('good', good)
    expect(await cache.get(['user', 1])).toBe('good')
  })

  test('a long one is hindered by each that ended since it began', async () => {
    const { cache, put, answer } = setUp()
    const long = put(1, 'long')
    for (const name of ['a', 'b']) await answer(name, put(1, name))
    expect(await cache.get(['user', 1])).toBe('b')
    await answer('long', long)
    expect(await cache.has(['user', 1])).toBe(false)
  })
})

describe('a put during which its key is evicted', () => {
  const setUp = () => {
    const { cache } = make()
    const gate = deferred<string>()
    const find = cacheable(async (id: number): Promise<string> => `found ${id}`, { key: (id) => ['user', id] })
    const put = cachePut(async (id: number): Promise<string> => (id > 0 ? gate.promise : 'none'), {
      key: (id) => ['user', id],
    })
    const evict = cacheEvict(async (id: number): Promise<number> => id, { key: (id) => ['user', id] })
    return { cache, gate, find, put, evict }
  }

  test('leaves no value, which may be older than the eviction', async () => {
    for (const evictIn of [
      ({ evict }: ReturnType<typeof setUp>) => evict(1),
      ({ find }: ReturnType<typeof setUp>) => find.invalidate(1),
      async () => {
        class Users {
          @Cacheable({ key: (id) => ['user', id] })
          async find(id: number): Promise<number> {
            return id
          }
        }
        await invalidate(new Users(), 'find', 1)
      },
    ]) {
      const all = setUp()
      const [put, other] = [all.put(1), all.put(2)]
      await evictIn(all)
      all.gate.resolve('old')
      expect([await put, await other, await all.find(1), await all.find(2)]).toEqual(['old', 'old', 'found 1', 'old'])
    }
  })

  test('is remembered no longer than that', async () => {
    const { cache, gate, put, evict } = setUp()
    await evict(1)
    expect(putsInMind(cache)).toBe(0)
    const running = put(1)
    await evict(1)
    expect(putsInMind(cache)).toBe(2)
    gate.resolve('old')
    await running
    expect(putsInMind(cache)).toBe(0)
    await put(1)
    expect(await cache.get(['user', 1])).toBe('old')
  })
})

test('nothing is remembered of puts once all have ended, well or not', async () => {
  const { cache } = make()
  const put = cachePut(
    async (id: number, fails = false): Promise<number> => {
      if (fails) throw new Error('no')
      return id
    },
    { key: (id) => ['user', id] },
  )
  const puts = [1, 2, 1, 3].map((id) => put(id, id === 3))
  expect(putsInMind(cache)).toBe(4)
  await Promise.allSettled(puts)
  expect(putsInMind(cache)).toBe(0)
})

describe('the options of @CachePut', () => {
  test.for<[options: object, message: RegExp]>([
    [{}, /needs to know where the result goes/],
    [{ key: 'user' }, /`key` must be a function, received 'user'/],
    [{ keys: {} }, /`keys` must be a list of keys, received an object/],
    [{ keys: [['user']], tags: 'a' }, /`tags` must be an array of tags/],
    [{ keys: [['user']], ttl: -1 }, /`ttl` must not be negative/],
    [{ keys: [['user']], when: 1 }, /`when` must be a function, received 1/],
    [{ keys: [['user']], unless: 1 }, /`unless` must be a function, received 1/],
  ])('%o is refused where it stands', ([options, message]) => {
    expect(() => CachePut(options as { keys: string[] })).toThrow(message)
  })
})
