import { describe, expect, test } from 'vitest'
import { Cacheable, cacheable } from '../src/index.ts'
import { make } from './make.ts'

/** Decorates a method of a class of this name, makes an object and calls it: the earliest of the three fails. */
function useClassNamed(name: string, options: { name?: string; key?: () => string } = {}): () => unknown {
  return () => {
    class Named {
      static {
        Object.defineProperty(this, 'name', { value: name })
      }

      @Cacheable(options)
      async find(id: number): Promise<number> {
        return id
      }
    }
    return new Named()
  }
}

const refused = expect.objectContaining({ code: 'ERR_DECORATOR_NAME' })

describe('the name of the class', () => {
  test('must be there when the first object is made, and not look like a minifier gave it', () => {
    for (const name of [
      '',
      'a',
      'Z',
      't',
      '$',
      '_',
      'ab',
      'eN',
      '$a',
      '_class',
      'class_1',
      'default_1',
      'users_default',
    ]) {
      expect(useClassNamed(name), name).toThrow(refused)
    }
    expect(useClassNamed('e')).toThrow(/is called `e`.*Pass `name: 'UserService'`, or a `key`/)
    for (const name of ['Users', 'Db', 'S3', 'usersOf', 'Default']) expect(useClassNamed(name), name).not.toThrow()
  })

  test('is not asked for where there is a `name` or a `key`', () => {
    expect(useClassNamed('', { name: 'Users' })).not.toThrow()
    expect(useClassNamed('', { key: () => 'user' })).not.toThrow()
  })

  test('is replaced by `name`, for all classes that inherit', async () => {
    const { cache } = make()
    class Base {
      @Cacheable({ name: 'users' })
      async find(id: number): Promise<number> {
        return id
      }
      @Cacheable({ name: 'users' })
      static async find(id: number): Promise<number> {
        return -id
      }
    }
    class Sub extends Base {}
    await new Sub().find(1)
    await Base.find(1)
    expect(
      await cache.getMany([
        ['users', 'find', 1],
        ['users', 'static/find', 1],
      ]),
    ).toEqual([1, -1])
  })

  test('is all that tells a class: one that is made again finds what was cached, as a module does that is loaded again', async () => {
    make()
    const load = (version: string) => {
      class Users {
        @Cacheable()
        async find(id: number): Promise<string> {
          return `${id} of ${version}`
        }
      }
      return new Users()
    }
    const [first, second] = [load('first'), load('second')]
    expect([await first.find(1), await second.find(1), await second.find(2), await first.find(2)]).toEqual([
      '1 of first',
      '1 of first',
      '2 of second',
      '2 of second',
    ])
  })

  test('a subclass without one cannot be used', async () => {
    make()
    class Base {
      @Cacheable()
      async find(id: number): Promise<number> {
        return id
      }
    }
    const use = async (): Promise<number> => new (class extends Base {})().find(1)
    await expect(use()).rejects.toMatchObject({ code: 'ERR_DECORATOR_NAME' })
    expect(await new Base().find(1)).toBe(1)
  })

  test('cannot be told of a method that was taken from its object', async () => {
    make()
    class Users {
      @Cacheable()
      async find(id: number): Promise<number> {
        return id
      }
      @Cacheable({ key: (id) => ['own', id] })
      async own(id: number): Promise<number> {
        return id
      }
      @Cacheable()
      static async count(id: number): Promise<number> {
        return id
      }
    }
    const [{ own, find }, { count }] = [new Users(), Users]
    expect(await own(1)).toBe(1)
    for (const detached of [find, count]) {
      await expect(detached(1)).rejects.toThrow(/was called without its object/)
      await expect(detached(1)).rejects.toEqual(refused)
    }
  })
})

describe('the name of the member', () => {
  test('a symbol without a description has none', () => {
    const nameless = Symbol()
    const decorate = () => {
      class Users {
        @Cacheable()
        async [nameless](id: number): Promise<number> {
          return id
        }
      }
      return Users
    }
    expect(decorate).toThrow(refused)
  })

  test('two symbols that read the same cannot be told apart', () => {
    const [first, second] = [Symbol('find'), Symbol('find')]
    const use = () => {
      class Users {
        @Cacheable()
        async [first](id: number): Promise<number> {
          return id
        }
        @Cacheable()
        async [second](id: number): Promise<number> {
          return -id
        }
      }
      return new Users()
    }
    expect(use).toThrow(/two members that are both called `symbol\/find`/)
  })

  test('one symbol may be overridden', async () => {
    make()
    const find = Symbol('find')
    class Base {
      @Cacheable()
      async [find](id: number): Promise<number> {
        return id
      }
    }
    class Sub extends Base {
      @Cacheable()
      override async [find](id: number): Promise<number> {
        return 10 + (await super[find](id))
      }
    }
    expect(await new Sub()[find](1)).toBe(11)
  })

  test('a function must have one, and not one that a minifier gave it, or be given one', async () => {
    const { cache } = make()
    const named = (name: string) => Object.defineProperty(async () => 1, 'name', { value: name })
    for (const name of ['', 'e', 'ab', '$a', '_', 'default', 'anonymous', 'bound ', 'bound e']) {
      expect(() => cacheable(named(name)), name).toThrow(refused)
      expect(() => cacheable(named(name), { key: () => 'one' }), name).not.toThrow()
    }
    expect(() => cacheable(named('e'))).toThrow(
      "`cacheable` makes its keys from the name of the function, which is called `e`, as by a minifier. Pass `name: 'loadUser'`, or a `key`.",
    )
    expect(() => cacheable(named(''))).toThrow(/of the function, which has no name\. Pass/)
    for (const name of ['load', 'loadUser', 'bound find', 'get']) {
      expect(() => cacheable(named(name)), name).not.toThrow()
    }
    expect(await cacheable(named('e'), { name: 'one' })()).toBe(1)
    expect(await cache.get(['one'])).toBe(1)
  })
})
