import { describe, expect, test } from 'vitest'
import { Cacheable } from '../src/index.ts'
import { Base, Sub } from './constructing.ts'
import { make } from './make.ts'

describe('inheritance', () => {
  test('subclasses do not share what an inherited method loads', async () => {
    const { cache } = make()
    abstract class Repository {
      abstract readonly table: string

      @Cacheable()
      async find(id: number): Promise<string> {
        return `${this.table} ${id}`
      }
    }
    class Users extends Repository {
      readonly table = 'users'
    }
    class Orders extends Repository {
      readonly table = 'orders'
    }
    const [users, orders] = [new Users(), new Orders()]
    for (let round = 0; round < 2; round++) {
      expect([await users.find(1), await orders.find(1)]).toEqual(['users 1', 'orders 1'])
    }
    expect(await cache.get(['Orders', 'find', 1])).toBe('orders 1')
  })

  test('a method that overrides one and calls it does not wait for itself', async () => {
    const { cache } = make()
    class Base {
      @Cacheable()
      async find(id: number): Promise<string> {
        return `base ${id}`
      }
    }
    class Middle extends Base {
      @Cacheable()
      override async find(id: number): Promise<string> {
        return `middle of ${await super.find(id)}`
      }
    }
    class Top extends Middle {
      @Cacheable()
      override async find(id: number): Promise<string> {
        return `top of ${await super.find(id)}`
      }
    }
    expect(await new Top().find(1)).toBe('top of middle of base 1')
    expect(await new Base().find(1)).toBe('base 1')
    const keys = [
      ['Top', 'find', 1],
      ['Top', 'super/find', 1],
      ['Top', 'super/super/find', 1],
      ['Base', 'find', 1],
    ]
    expect(await cache.getMany(keys)).toEqual(['top of middle of base 1', 'middle of base 1', 'base 1', 'base 1'])
  })

  test('a method that has the key of the one that it overrides and calls fails with a clear error', async () => {
    make()
    class Base {
      @Cacheable({ key: (id) => ['user', id] })
      async find(id: number): Promise<string> {
        return `base ${id}`
      }
    }
    class Middle extends Base {
      async read(id: number): Promise<string> {
        return super.find(id)
      }
    }
    class Top extends Middle {
      @Cacheable({ key: (id) => ['user', id] })
      override async find(id: number): Promise<string> {
        return this.read(id)
      }

      @Cacheable({ key: (id) => ['both', id] })
      async both(id: number): Promise<string> {
        const [one, other] = await Promise.all([super.find(id), super.find(id + 1)])
        return `${one} ${other}`
      }
    }
    await expect(new Top().find(1)).rejects.toMatchObject({
      code: 'ERR_REQUEST_CYCLE',
      message:
        '`find` was called for a key from within the load of that key, and would wait for itself. Where it overrides a method that it calls, give the two different keys.',
    })
    expect(await new Top().both(1)).toBe('base 1 base 2')
    expect(await new Base().find(3)).toBe('base 3')
  })

  test('an override without a decorator is called each time, what it calls is cached', async () => {
    const { cache } = make()
    const calls: string[] = []
    class Base {
      @Cacheable()
      async find(id: number): Promise<string> {
        calls.push('base')
        return `base ${id}`
      }
    }
    class Sub extends Base {
      override async find(id: number): Promise<string> {
        calls.push('sub')
        return `sub of ${await super.find(id)}`
      }
    }
    const sub = new Sub()
    expect([await sub.find(1), await sub.find(1)]).toEqual(['sub of base 1', 'sub of base 1'])
    expect(calls).toEqual(['sub', 'base', 'sub'])
    expect(await cache.has(['Sub', 'find', 1])).toBe(true)
  })

  test('static methods are inherited and overridden like others', async () => {
    const { cache } = make()
    class Base {
      readonly id = 0
      static readonly table: string = 'base'

      @Cacheable()
      static async find(id: number): Promise<string> {
        return `${this.table} ${id}`
      }
    }
    class Sub extends Base {
      static override readonly table = 'sub'
    }
    class Over extends Base {
      @Cacheable()
      static override async find(id: number): Promise<string> {
        return `over ${await super.find(id)}`
      }
    }
    expect([await Base.find(1), await Sub.find(1), await Over.find(1)]).toEqual(['base 1', 'sub 1', 'over base 1'])
    expect(await cache.get(['Over', 'static/super/find', 1])).toBeUndefined()
    expect(await cache.get(['Over', 'super/static/find', 1])).toBe('base 1')
  })

  test('getters are inherited and overridden like methods', async () => {
    make()
    class Base {
      @Cacheable()
      get size(): Promise<number> {
        return Promise.resolve(1)
      }
    }
    class Sub extends Base {
      @Cacheable()
      override get size(): Promise<number> {
        return super.size.then((size) => size + 1)
      }
    }
    expect([await new Base().size, await new Sub().size]).toEqual([1, 2])
  })

  test('a method that is called while its object is made does not spoil the keys of those made later', async () => {
    make()
    expect(await new Base().first).toBe('base 0')
    const sub = new Sub()
    // A standard decorator hears of the override after the base's constructor: see the tests of these alone.
    await sub.first.catch(() => undefined)
    expect(await sub.find(1)).toBe('sub of base 1')
    expect(await sub.find(0)).toBe('sub of base 0')
  })

  test('one `name` on both sides of an override gives two keys', async () => {
    const { cache } = make()
    class Base {
      @Cacheable({ name: 'repo' })
      async find(id: number): Promise<string> {
        return `base ${id}`
      }
    }
    class Sub extends Base {
      @Cacheable({ name: 'repo' })
      override async find(id: number): Promise<string> {
        return `sub of ${await super.find(id)}`
      }
    }
    expect(await new Sub().find(1)).toBe('sub of base 1')
    expect(await cache.get(['repo', 'super/find', 1])).toBe('base 1')
  })

  test('a method that uses another cached method of its object caches both', async () => {
    const { cache } = make()
    class Users {
      @Cacheable()
      async find(id: number): Promise<number> {
        return id
      }

      @Cacheable()
      async twice(id: number): Promise<number> {
        return 2 * (await this.find(id))
      }
    }
    expect(await new Users().twice(2)).toBe(4)
    expect(
      await cache.getMany([
        ['Users', 'find', 2],
        ['Users', 'twice', 2],
      ]),
    ).toEqual([2, 4])
  })
})
