import { createCache, memory } from '@hotpath/core'
import { describe, expect, test } from 'vitest'
import {
  CacheEvict,
  CachePut,
  Cacheable,
  cacheEvict,
  cachePut,
  cacheable,
  configureDecorators,
  createDecorators,
} from '../src/index.ts'
import { make } from './make.ts'

const newCache = () => createCache({ name: 'other', tiers: [memory({ maxEntries: 10 })] })

describe('where the cache comes from', () => {
  test('a call before there is one is an error that says how to get one, and calls nothing', async () => {
    let calls = 0
    class Users {
      @Cacheable()
      async find(): Promise<number> {
        return calls++
      }
      @CachePut({ key: () => 'user' })
      async put(): Promise<number> {
        return calls++
      }
      @CacheEvict({ keys: ['user'] })
      async evict(): Promise<number> {
        return calls++
      }
      @Cacheable({ cache: () => undefined })
      async nowhere(): Promise<number> {
        return calls++
      }
      @Cacheable({ cache: () => ({ get: true }) as never })
      async odd(): Promise<number> {
        return calls++
      }
    }
    const users = new Users()
    for (const name of ['find', 'put', 'evict', 'nowhere', 'odd'] as const) {
      await expect(users[name](), name).rejects.toMatchObject({ code: 'ERR_DECORATOR_UNCONFIGURED' })
    }
    await expect(users.find()).rejects.toThrow(
      '`@Cacheable` on `find` was called before it had a cache. Call `configureDecorators({ cache })` when the program starts, take the decorator from `createDecorators(cache)`, or tell it where to look: `cache: (self) => self.cache`.',
    )
    await expect(users.odd()).rejects.toThrow('its `cache` found an object')
    for (const twin of [
      cacheable(async () => calls++, { name: 'twin' }),
      cachePut(async () => calls++, { key: () => 'user' }),
      cacheEvict(async () => calls++, { keys: ['user'] }),
    ]) {
      await expect(twin()).rejects.toMatchObject({ code: 'ERR_DECORATOR_UNCONFIGURED' })
    }
    expect(calls).toBe(0)
  })

  test('configureDecorators sets it for all, and its answer puts back the one before', async () => {
    class Users {
      @Cacheable()
      async find(id: number): Promise<number> {
        return id
      }
    }
    const [first, second] = [newCache(), newCache()]
    const key = ['Users', 'find', 1]
    const restoreNone = configureDecorators({ cache: first })
    const users = new Users()
    await users.find(1)
    expect([await first.has(key), await second.has(key)]).toEqual([true, false])
    const restoreFirst = configureDecorators({ cache: () => second })
    await users.find(1)
    expect(await second.has(key)).toBe(true)
    restoreFirst()
    await users.find(2)
    expect([await first.has(['Users', 'find', 2]), await second.has(['Users', 'find', 2])]).toEqual([true, false])
    restoreNone()
    await expect(users.find(1)).rejects.toMatchObject({ code: 'ERR_DECORATOR_UNCONFIGURED' })
  })

  test('a `cache` that finds none is named with the class and the way out', async () => {
    configureDecorators({ cache: newCache() })
    class Users {
      readonly cache = undefined
      @Cacheable({ cache: (self: { readonly cache: undefined }) => self.cache })
      async find(id: number): Promise<number> {
        return id
      }
      @Cacheable({ cache: (() => Promise.resolve(newCache())) as never })
      async later(id: number): Promise<number> {
        return id
      }
    }
    await expect(new Users().find(1)).rejects.toMatchObject({
      code: 'ERR_DECORATOR_UNCONFIGURED',
      message: expect.stringMatching(
        /^`@Cacheable` on `find` was called on an object of `Users`, and its `cache` found undefined\. Let it return a cache/,
      ),
    })
    await expect(new Users().later(1)).rejects.toThrow('its `cache` found a Promise')
  })

  test('createDecorators gives a set its own, which can be swapped', async () => {
    const { cache } = make()
    const [first, second] = [newCache(), newCache()]
    const ours = createDecorators(first)
    class Users {
      @ours.Cacheable({ key: (id) => ['user', id], tags: ([id]) => [`user:${id}`] })
      async find(id: number): Promise<number> {
        return id
      }
      @ours.CachePut({ keys: ([id]) => [['user', id]] })
      async put(id: number): Promise<number> {
        return id + 1
      }
      @ours.CacheEvict({ tags: ([id]) => [`user:${id}`] })
      async evict(id: number): Promise<number> {
        return id
      }
      @Cacheable({ key: (id) => ['user', id] })
      async elsewhere(id: number): Promise<number> {
        return -id
      }
    }
    const users = new Users()
    await users.find(1)
    await users.elsewhere(1)
    expect([await first.get(['user', 1]), await cache.get(['user', 1])]).toEqual([1, -1])
    await users.evict(1)
    expect([await first.has(['user', 1]), await cache.has(['user', 1])]).toEqual([false, true])
    await users.put(1)
    expect(await first.get(['user', 1])).toBe(2)

    const restore = ours.use(second)
    await users.find(5)
    restore()
    await users.find(6)
    expect([await first.has(['user', 5]), await second.has(['user', 5])]).toEqual([false, true])
    expect(await first.has(['user', 6])).toBe(true)
  })

  test('createDecorators may get it later', async () => {
    const { Cacheable: Later, use, cacheable: later } = createDecorators()
    class Users {
      @Later()
      async find(id: number): Promise<number> {
        return id
      }
    }
    await expect(new Users().find(1)).rejects.toMatchObject({ code: 'ERR_DECORATOR_UNCONFIGURED' })
    const cache = newCache()
    use(cache)
    await new Users().find(1)
    await later(async (id: number) => id, { name: 'load' })(1)
    expect(
      await cache.getMany([
        ['Users', 'find', 1],
        ['load', 1],
      ]),
    ).toEqual([1, 1])
  })

  test('a member finds it on its object, or has one of its own', async () => {
    make()
    const own = newCache()
    class Users {
      static readonly cache = newCache()
      readonly #cache = newCache()
      get cache() {
        return this.#cache
      }

      @Cacheable({ cache: (self) => self.cache })
      async find(id: number): Promise<number> {
        return id
      }
      @CachePut({ key: (id) => ['user', id], cache: (self) => self.cache })
      async put(id: number): Promise<number> {
        return id
      }
      @CacheEvict({ prefix: ['user'], cache: (self) => self.cache })
      async evict(id: number): Promise<number> {
        return id
      }
      @Cacheable({ cache: own })
      async owned(id: number): Promise<number> {
        return id
      }
      @Cacheable({ cache: (self) => self.cache })
      static async count(id: number): Promise<number> {
        return id
      }
    }
    const [a, b] = [new Users(), new Users()]
    await Promise.all([a.find(1), b.find(2), a.owned(3), Users.count(4)])
    expect([await a.cache.has(['Users', 'find', 1]), await b.cache.has(['Users', 'find', 1])]).toEqual([true, false])
    expect(await b.cache.has(['Users', 'find', 2])).toBe(true)
    expect(await own.has(['Users', 'owned', 3])).toBe(true)
    expect(await Users.cache.has(['Users', 'static/count', 4])).toBe(true)
    await a.put(5)
    expect(await a.cache.get(['user', 5])).toBe(5)
    await a.evict(5)
    expect(await a.cache.has(['user', 5])).toBe(false)
  })

  test('what is no cache is refused where it stands', () => {
    for (const wrong of [null, {}, 'cache', 1]) {
      const refused = expect.objectContaining({ code: 'ERR_CONFIG_OPTION' })
      expect(() => configureDecorators({ cache: wrong as never })).toThrow(refused)
      expect(() => createDecorators(wrong as never)).toThrow(refused)
      expect(() => cacheable(Number, { cache: wrong as never })).toThrow(refused)
    }
  })
})
