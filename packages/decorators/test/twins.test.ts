import { describe, expect, test } from 'vitest'
import { Cacheable, Memoize, cacheEvict, cacheable, invalidate, keyOf } from '../src/index.ts'
import { make } from './make.ts'

describe('cacheable', () => {
  test('answers from the cache under the name of the function, which it keeps', async () => {
    const { cache } = make()
    let loads = 0
    const loadUser = cacheable(
      async function loadUser(id: number) {
        loads++
        return { id, name: 'ann' }
      },
      { ttl: '1m', tags: ([id], user) => [`user:${id}`, user.name], unless: ([id]) => id < 0 },
    )
    expect([await loadUser(1), await loadUser(1), loads]).toEqual([{ id: 1, name: 'ann' }, { id: 1, name: 'ann' }, 1])
    expect(loadUser.key(1)).toEqual(['loadUser', 1])
    expect([loadUser.name, loadUser.length]).toEqual(['loadUser', 1])
    expect(await cache.inspect(loadUser.key(1))).toMatchObject({ tags: ['user:1', 'ann'], ttlLeftMs: 60_000 })
    await loadUser.invalidate(1)
    await loadUser(1)
    expect(loads).toBe(2)
    await loadUser(-1)
    expect(await cache.has(['loadUser', -1])).toBe(false)
  })

  test('passes on its `this`, and takes a key and a name', async () => {
    const { cache } = make()
    const service = {
      prefix: 'hello',
      greet: cacheable(
        function (this: { prefix: string }, name: string) {
          return `${this.prefix} ${name}`
        },
        {
          key(name) {
            return [this.prefix, name]
          },
        },
      ),
    }
    expect(await service.greet('ann')).toBe('hello ann')
    expect(await cache.get(['hello', 'ann'])).toBe('hello ann')
    const named = cacheable((id: number) => id, { name: 'load' })
    await named(1)
    expect(named.key(1)).toEqual(['load', 1])
  })

  test('a twin that evicts', async () => {
    const { cache } = make()
    const load = cacheable(async (id: number) => id, { key: (id) => ['user', id] })
    const rename = cacheEvict(async (id: number, name: string) => `${id} ${name}`, { key: (id) => ['user', id] })
    await load(1)
    expect(await rename(1, 'bob')).toBe('1 bob')
    expect(await cache.has(['user', 1])).toBe(false)
  })
})

describe('keyOf and invalidate', () => {
  class Users {
    readonly tenant = 'red'
    loads = 0

    @Cacheable()
    async find(id: number): Promise<number> {
      this.loads++
      return id
    }
    @Cacheable({
      key(id) {
        return [this.tenant, id]
      },
    })
    async own(id: number): Promise<number> {
      this.loads++
      return id
    }
    @Cacheable()
    get size(): Promise<number> {
      this.loads++
      return Promise.resolve(1)
    }
    @Memoize()
    @Cacheable()
    async covered(id: number): Promise<number> {
      return id
    }
    async plain(): Promise<number> {
      return 1
    }
  }

  test('tell the key of a call, and remove its value', async () => {
    const { cache } = make()
    const users = new Users()
    expect([keyOf(users, 'find', 1), keyOf(users, 'own', 1), keyOf(users, 'size')]).toEqual([
      ['Users', 'find', 1],
      ['red', 1],
      ['Users', 'size'],
    ])
    const use = async (): Promise<number> => {
      for (const id of [1, 2]) await Promise.all([users.find(id), users.own(id)])
      await users.size
      return users.loads
    }
    expect([await use(), await use()]).toEqual([5, 5])
    await invalidate(users, 'find', 1)
    await invalidate(users, 'own', 2)
    await invalidate(users, 'size')
    expect([await cache.has(['Users', 'find', 1]), await cache.has(['Users', 'find', 2])]).toEqual([false, true])
    expect(await use()).toBe(8)
  })

  test('take the outermost of several', async () => {
    const { cache } = make()
    class Twice {
      readonly id = 1
      @Cacheable({ key: (id) => ['outer', id] })
      @Cacheable({ key: (id) => ['inner', id] })
      async find(id: number): Promise<number> {
        return id + this.id
      }
    }
    const twice = new Twice()
    expect(await twice.find(1)).toBe(2)
    expect(keyOf(twice, 'find', 1)).toEqual(['outer', 1])
    expect(
      await cache.getMany([
        ['outer', 1],
        ['inner', 1],
      ]),
    ).toEqual([2, 2])
  })

  test('see through decorators above, and refuse what is not cached', async () => {
    make()
    const users = new Users()
    expect(keyOf(users, 'covered', 1)).toEqual(['Users', 'covered', 1])
    const refused = expect.objectContaining({ code: 'ERR_DECORATOR_TARGET' })
    expect(() => keyOf(users, 'plain')).toThrow(refused)
    expect(() => keyOf(users, 'none' as 'plain')).toThrow(refused)
    await expect(invalidate(users, 'plain')).rejects.toEqual(refused)
  })
})
