import { currentCall } from '@hotpath/request'
import { flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { Cacheable } from '../src/index.ts'
import { make } from './make.ts'

describe('@Cacheable', () => {
  test('answers from the cache under the class, the method and the arguments, and shares one load', async () => {
    const { cache } = make()
    let loads = 0
    class Users {
      readonly #suffix = '!'

      @Cacheable()
      async find(id: number, locale?: string): Promise<string> {
        loads++
        return `${id} ${locale}${this.#suffix}`
      }
    }
    const users = new Users()
    expect(await Promise.all([users.find(1, 'de'), users.find(1, 'de'), users.find(1, 'en')])).toEqual([
      '1 de!',
      '1 de!',
      '1 en!',
    ])
    expect(await users.find(1, 'de')).toBe('1 de!')
    expect(loads).toBe(2)
    expect(await cache.get(['Users', 'find', 1, 'de'])).toBe('1 de!')
  })

  test('gives `key` the arguments, and `tags` their list and the value', async () => {
    const { cache, clock } = make()
    class Users {
      @Cacheable({
        ttl: '30m',
        key: (id) => ['user', id],
        tags: ([id], user) => [`user:${id}`, `team:${user.team}`],
      })
      async find(id: number): Promise<{ team: string }> {
        return { team: id === 1 ? 'red' : 'blue' }
      }
    }
    const users = new Users()
    await users.find(1)
    expect(await cache.inspect(['user', 1])).toMatchObject({ tags: ['user:1', 'team:red'], ttlLeftMs: 30 * 60_000 })
    await cache.invalidateTags(['team:red'])
    expect(await cache.has(['user', 1])).toBe(false)
    await users.find(1)
    clock.advance(30 * 60_000)
    expect(await cache.has(['user', 1])).toBe(false)
  })

  test('takes a list of tags for all calls', async () => {
    const { cache } = make()
    class Users {
      @Cacheable({ tags: ['users'] })
      async find(id: number): Promise<number> {
        return id
      }
    }
    await new Users().find(1)
    expect((await cache.inspect(['Users', 'find', 1])).tags).toEqual(['users'])
  })

  test('the options that are functions have the object as their `this`', async () => {
    const { cache } = make()
    class Users {
      readonly tenant: string
      constructor(tenant: string) {
        this.tenant = tenant
      }

      @Cacheable({
        key(id) {
          return [this.tenant, id]
        },
        tags() {
          return [`tenant:${this.tenant}`]
        },
        when() {
          return this.tenant !== 'none'
        },
        unless() {
          return this.tenant === 'secret'
        },
      })
      async find(id: number): Promise<string> {
        return `${id} of ${this.tenant}`
      }
    }
    for (const tenant of ['a', 'b', 'none', 'secret']) await new Users(tenant).find(1)
    expect(
      await cache.getMany([
        ['a', 1],
        ['b', 1],
        ['none', 1],
        ['secret', 1],
      ]),
    ).toEqual(['1 of a', '1 of b', undefined, undefined])
    expect((await cache.inspect(['b', 1])).tags).toEqual(['tenant:b'])
  })

  test('null is a hit, undefined is not stored, and has no tags to make', async () => {
    const { cache } = make()
    const loads: (number | string)[] = []
    class Users {
      @Cacheable({
        tags: ([id], user) => {
          if (user === undefined) throw new Error(`no tags for ${id}`)
          return [`user:${id}`]
        },
      })
      async find(id: number): Promise<null | undefined> {
        loads.push(id)
        return id === 0 ? null : undefined
      }
    }
    const users = new Users()
    expect([await users.find(0), await users.find(0), await users.find(1), await users.find(1)]).toEqual([
      null,
      null,
      undefined,
      undefined,
    ])
    expect(loads).toEqual([0, 1, 1])
    expect(await cache.has(['Users', 'find', 1])).toBe(false)
  })

  test('does not touch the cache when `when` says so', async () => {
    const { cache } = make()
    let loads = 0
    class Users {
      @Cacheable({ when: (id) => id > 0 })
      async find(id: number): Promise<number> {
        loads++
        return id
      }
    }
    const users = new Users()
    for (const id of [0, 0, 1, 1]) expect(await users.find(id)).toBe(id)
    expect(loads).toBe(3)
    const { hits, misses } = cache.stats()
    expect({ hits, misses }).toEqual({ hits: 1, misses: 1 })
  })

  test('returns and does not store what `unless` holds for', async () => {
    make()
    let loads = 0
    class Users {
      @Cacheable({
        unless: ([id], user) => user.isDraft && id > 0,
        tags: (_args, user) => {
          if (user.isDraft) throw new Error('no tags for drafts')
          return ['users']
        },
      })
      async find(id: number): Promise<{ isDraft: boolean }> {
        loads++
        return { isDraft: id < 2 }
      }
    }
    const users = new Users()
    for (const id of [1, 1, 2, 2]) await users.find(id)
    expect(loads).toBe(3)
  })

  test('what fails is thrown to all who wait, and not stored', async () => {
    make()
    let loads = 0
    class Users {
      @Cacheable()
      async find(id: number): Promise<number> {
        loads++
        if (loads === 1) throw new Error(`no ${id}`)
        return id
      }
    }
    const users = new Users()
    const failed = await Promise.allSettled([users.find(1), users.find(1)])
    expect(failed).toMatchObject([{ reason: { message: 'no 1' } }, { reason: { message: 'no 1' } }])
    expect(await users.find(1)).toBe(1)
    expect(loads).toBe(2)
  })

  test('what a key or a condition throws is the failure of the call, and nothing is called', async () => {
    const { cache } = make()
    const fail = (): never => {
      throw new Error('mistake')
    }
    let loads = 0
    class Users {
      @Cacheable({ key: fail })
      async key(): Promise<number> {
        return loads++
      }
      @Cacheable({ when: fail })
      async when(): Promise<number> {
        return loads++
      }
    }
    const users = new Users()
    for (const name of ['key', 'when'] as const) {
      await expect(users[name](), name).rejects.toThrow('mistake')
    }
    expect(loads).toBe(0)
    for (const name of ['key', 'when']) expect(await cache.has(['Users', name]), name).toBe(false)
  })

  test('an argument that cannot be part of a key is named, and nothing is called', async () => {
    make()
    let loads = 0
    class Users {
      @Cacheable()
      async find(filter: unknown): Promise<unknown> {
        loads++
        return filter
      }
    }
    const users = new Users()
    await expect(users.find(() => 1)).rejects.toMatchObject({
      code: 'ERR_KEY_PART',
      message: expect.stringContaining(
        '`@Cacheable` on `find` was called on an object of `Users`, and argument 1 cannot be part of a key, received a function',
      ),
    })
    expect(loads).toBe(0)
  })

  test('a method that answers at once is asynchronous from then on, and may throw', async () => {
    make()
    class Users {
      @Cacheable()
      find(id: number): number | Promise<number> {
        if (id < 0) throw new RangeError('negative')
        return id
      }

      @Cacheable({ when: () => false })
      bare(id: number): number | Promise<number> {
        if (id < 0) throw new RangeError('negative')
        return id
      }
    }
    const users = new Users()
    for (const name of ['find', 'bare'] as const) {
      expect(users[name](1)).toBeInstanceOf(Promise)
      await expect(users[name](-1)).rejects.toBeInstanceOf(RangeError)
    }
  })

  test('a getter is cached like a method without arguments', async () => {
    const { cache } = make()
    let loads = 0
    class Users {
      readonly #base = 41

      @Cacheable({ ttl: '1m', tags: (_args, size) => [`size:${size}`] })
      get size(): Promise<number> {
        loads++
        return Promise.resolve(this.#base + 1)
      }

      @Cacheable()
      static get count(): Promise<number> {
        return Promise.resolve(7)
      }
    }
    const users = new Users()
    expect([await users.size, await users.size, loads]).toEqual([42, 42, 1])
    expect((await cache.inspect(['Users', 'size'])).tags).toEqual(['size:42'])
    await Users.count
    expect(await cache.get(['Users', 'static/count'])).toBe(7)
  })

  test('static methods have keys of their own, and the class as their `this`', async () => {
    const { cache } = make()
    class Users {
      static readonly table = 'users'

      @Cacheable()
      static async find(id: number): Promise<string> {
        return `${this.table} ${id}`
      }

      @Cacheable()
      async find(id: number): Promise<string> {
        return `mine ${id}`
      }
    }
    expect([await Users.find(1), await new Users().find(1)]).toEqual(['users 1', 'mine 1'])
    expect(
      await cache.getMany([
        ['Users', 'static/find', 1],
        ['Users', 'find', 1],
      ]),
    ).toEqual(['users 1', 'mine 1'])
  })

  test('a symbol may name a method, by its description', async () => {
    const { cache } = make()
    const find = Symbol('find')
    class Users {
      @Cacheable()
      async [find](id: number): Promise<number> {
        return id + 1
      }
    }
    await new Users()[find](1)
    expect(await cache.get(['Users', 'symbol/find', 1])).toBe(2)
  })

  test('the method keeps its name and its number of parameters', () => {
    make()
    class Users {
      @Cacheable()
      async find(id: number, locale: string): Promise<string> {
        return `${id} ${locale}`
      }
    }
    expect([Users.prototype.find.name, Users.prototype.find.length]).toEqual(['find', 2])
    expect(Object.getOwnPropertyDescriptor(Users.prototype, 'find')).toMatchObject({
      enumerable: false,
      writable: true,
      configurable: true,
    })
  })

  test('options of freshness are those of the core', async () => {
    const { cache, clock } = make()
    let loads = 0
    class Users {
      @Cacheable({ ttl: '1s', staleWhileRevalidate: '1s', negativeTtl: '100ms' })
      async find(id: number): Promise<number | null> {
        loads++
        return id === 0 ? null : loads
      }
    }
    const users = new Users()
    await users.find(0)
    expect((await cache.inspect(['Users', 'find', 0])).ttlLeftMs).toBe(100)
    expect(await users.find(1)).toBe(2)
    clock.advance(1_500)
    expect(await users.find(1)).toBe(2)
    expect(loads).toBe(3)
  })

  test('the method hears of the end of its load by the signal of the current call', async () => {
    const { clock } = make()
    const signals: AbortSignal[] = []
    class Users {
      @Cacheable({ timeout: '1s' })
      async find(id: number): Promise<number> {
        signals.push(currentCall().signal)
        return id === 0 ? new Promise<never>(() => {}) : id
      }
    }
    const users = new Users()
    await users.find(1)
    const hanging = users.find(0)
    hanging.catch(() => {})
    await flush()
    clock.advance(1_000)
    await expect(hanging).rejects.toMatchObject({ code: 'ERR_LOAD_TIMEOUT' })
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
  })
})
