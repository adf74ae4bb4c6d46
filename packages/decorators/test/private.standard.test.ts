import { describe, expect, test } from 'vitest'
import { CacheEvict, CachePut, Cacheable, Memoize } from '../src/index.ts'
import { make } from './make.ts'

describe('private members', () => {
  test('are cached under their name', async () => {
    const { cache } = make()
    let loads = 0
    class Users {
      readonly #suffix = '!'

      @Cacheable({ tags: ([id]) => [`user:${id}`] })
      async #load(id: number): Promise<string> {
        loads++
        return `${id}${this.#suffix}`
      }
      @Cacheable()
      get #size(): Promise<number> {
        return Promise.resolve(7)
      }
      @Cacheable()
      static async #count(id: number): Promise<number> {
        return -id
      }
      @Memoize()
      #parse(text: string): object {
        return { text }
      }
      @CacheEvict({ tags: ([id]) => [`user:${id}`] })
      async #forget(id: number): Promise<void> {
        void id
      }
      @CachePut({ key: (id) => ['user', id] })
      async #put(id: number): Promise<number> {
        return id
      }

      async use(): Promise<unknown[]> {
        expect(this.#parse('a')).toBe(this.#parse('a'))
        return [await this.#load(1), await this.#load(1), await this.#size, await Users.#count(1), await this.#put(3)]
      }
      async clear(): Promise<void> {
        await this.#forget(1)
      }
    }
    const users = new Users()
    expect(await users.use()).toEqual(['1!', '1!', 7, -1, 3])
    expect(loads).toBe(1)
    const keys = [
      ['Users', '#load', 1],
      ['Users', '#size'],
      ['Users', 'static/#count', 1],
      ['user', 3],
    ]
    expect(await cache.getMany(keys)).toEqual(['1!', 7, -1, 3])
    await users.clear()
    expect(await cache.has(['Users', '#load', 1])).toBe(false)
  })

  test('of one name in a class and its base must be told apart', () => {
    const use = (name: string | undefined): unknown => {
      class Base {
        @Cacheable()
        async #load(id: number): Promise<number> {
          return id
        }
        async base(): Promise<number> {
          return this.#load(1)
        }
      }
      class Sub extends Base {
        @Cacheable({ name })
        async #load(id: number): Promise<number> {
          return -id
        }
        async sub(): Promise<number> {
          return this.#load(1)
        }
      }
      return new Sub()
    }
    expect(() => use(undefined)).toThrow(/two members that are both called `#load`/)
    expect(() => use('Sub')).not.toThrow()
  })

  test('in a class that has no name yet the first object finds out', () => {
    const Anonymous = (() =>
      class {
        @Cacheable()
        async find(id: number): Promise<number> {
          return id
        }
      })()
    expect(() => new Anonymous()).toThrow(expect.objectContaining({ code: 'ERR_DECORATOR_NAME' }))
  })

  test('a static member finds out when it is called', async () => {
    make()
    const Anonymous = (() =>
      class {
        readonly id = 1
        @Cacheable()
        static async find(id: number): Promise<number> {
          return id
        }
      })()
    await expect(Anonymous.find(1)).rejects.toMatchObject({ code: 'ERR_DECORATOR_NAME' })
  })
})
