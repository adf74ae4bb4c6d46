import { createFakeClock, deferred } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { Memoize, clear, invalidate } from '../src/index.ts'

describe('@Memoize', () => {
  test('remembers for each object by itself, and makes nothing asynchronous', () => {
    const calls: string[] = []
    class Page {
      readonly text: string
      constructor(text: string) {
        this.text = text
      }
      @Memoize()
      words(separator: string): readonly string[] {
        calls.push(`${this.text}${separator}`)
        return this.text.split(separator)
      }
    }
    const [a, b] = [new Page('a b'), new Page('c d')]
    expect(a.words(' ')).toEqual(['a', 'b'])
    expect(a.words(' ')).toBe(a.words(' '))
    expect(b.words(' ')).toEqual(['c', 'd'])
    expect(a.words('x')).toEqual(['a b'])
    expect(calls).toEqual(['a b ', 'c d ', 'a bx'])
  })

  test('remembers getters and static methods', () => {
    let calls = 0
    class Config {
      @Memoize()
      get parsed(): object {
        return { calls: ++calls }
      }
      @Memoize()
      static load(): object {
        return { calls: ++calls }
      }
    }
    const config = new Config()
    expect(config.parsed).toBe(config.parsed)
    expect(new Config().parsed).not.toBe(config.parsed)
    expect(Config.load()).toBe(Config.load())
    expect(calls).toBe(3)
  })

  test('shares a promise, and lets go of it when it fails or has no value', async () => {
    const gates = [deferred<number | null | undefined>(), deferred<number | null | undefined>()]
    let calls = 0
    class Users {
      @Memoize()
      async find(id: number): Promise<number | null | undefined> {
        return gates[calls++]?.promise ?? id + 2
      }
    }
    const users = new Users()
    const failing = [users.find(1), users.find(1)]
    expect(calls).toBe(1)
    gates[0]?.reject(new Error('no'))
    expect(await Promise.allSettled(failing)).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }])
    const empty = users.find(1)
    gates[1]?.resolve(undefined)
    expect(await empty).toBeUndefined()
    expect([await users.find(1), await users.find(1), calls]).toEqual([3, 3, 3])
  })

  test('null is remembered; undefined and what is thrown are not', () => {
    let calls = 0
    class Users {
      @Memoize()
      find(id: number): null | undefined {
        calls++
        if (id > 1) throw new Error('no')
        return id === 0 ? null : undefined
      }
    }
    const users = new Users()
    for (const id of [0, 0, 1, 1]) users.find(id)
    for (const id of [2, 2]) expect(() => users.find(id)).toThrow('no')
    expect(calls).toBe(5)
  })

  test('takes a key, made with the object as its `this`', () => {
    let calls = 0
    class Users {
      readonly length = 2
      @Memoize({
        key(query) {
          return [query.id % this.length]
        },
      })
      find(query: { readonly id: number; readonly trace: symbol }): number {
        calls++
        return query.id * 10
      }
    }
    const users = new Users()
    expect([1, 3, 2].map((id) => users.find({ id, trace: Symbol('trace') }))).toEqual([10, 10, 20])
    expect(calls).toBe(2)
  })

  test('forgets the oldest that was not used when it is full, also when all were', () => {
    const calls: number[] = []
    class Squares {
      @Memoize({ maxEntries: 2 })
      of(n: number): number {
        calls.push(n)
        return n * n
      }
    }
    const squares = new Squares()
    for (const n of [1, 2, 1, 3, 1, 2]) squares.of(n)
    expect(calls).toEqual([1, 2, 3, 2])
    const full = new Squares()
    for (const n of [1, 2, 1, 2, 3, 2, 3, 1]) full.of(n)
    expect(calls.slice(4)).toEqual([1, 2, 3, 1])
  })

  test('forgets after its `ttl`', () => {
    const clock = createFakeClock()
    let calls = 0
    class Users {
      @Memoize({ ttl: '1s', clock })
      find(): number {
        return ++calls
      }
      @Memoize({ ttl: 0 })
      always(): number {
        return ++calls
      }
    }
    const users = new Users()
    expect([users.find(), users.find()]).toEqual([1, 1])
    clock.advance(999)
    expect(users.find()).toBe(1)
    clock.advance(1)
    expect(users.find()).toBe(2)
    expect([users.always(), users.always()]).toEqual([3, 4])
  })

  test('is told to forget a call, or all calls, of one object', async () => {
    let calls = 0
    class Users {
      @Memoize()
      find(id: number): string {
        return `${id} ${++calls}`
      }
      plain(): number {
        return 0
      }
    }
    const [users, others] = [new Users(), new Users()]
    const findAll = () => [users.find(1), users.find(2), others.find(1)]
    expect(findAll()).toEqual(['1 1', '2 2', '1 3'])
    void invalidate(users, 'find', 1)
    expect(findAll()).toEqual(['1 4', '2 2', '1 3'])
    clear(users, 'find')
    expect(findAll()).toEqual(['1 5', '2 6', '1 3'])
    const isRefused = expect.objectContaining({ code: 'ERR_DECORATOR_TARGET' })
    expect(() => clear(users, 'plain')).toThrow(isRefused)
    await expect(invalidate(users, 'plain')).rejects.toThrow(isRefused)
    expect(await invalidate(users, 'find', 2)).toBeUndefined()
  })

  test('a failure that came late does not take away what is newer', async () => {
    const gates = [deferred<number>(), deferred<number>()]
    let calls = 0
    class Users {
      @Memoize()
      find(id: number): Promise<number> | undefined {
        return gates[id + calls++ - 1]?.promise
      }
    }
    const users = new Users()
    const first = users.find(1)
    await invalidate(users, 'find', 1)
    const second = users.find(1)
    gates[0]?.reject(new Error('late'))
    await expect(first).rejects.toThrow('late')
    expect(users.find(1)).toBe(second)
    expect(calls).toBe(2)
  })
})

describe('options of `@Memoize`', () => {
  test.for<[options: object, message: RegExp]>([
    [{ maxEntries: 0 }, /`maxEntries` must be a whole number from 1, received 0/],
    [{ maxEntries: Number.POSITIVE_INFINITY }, /received Infinity/],
    [{ maxEntries: '5' }, /received '5'/],
    [{ ttl: -1 }, /`ttl` must not be negative/],
    [{ key: 'id' }, /`key` must be a function, received 'id'/],
  ])('refuses %o', ([options, message]) => {
    expect(() => Memoize(options)).toThrow(message)
  })
})
