import { describe, expect, test } from 'vitest'
import { CacheEvict, Cacheable } from '../src/index.ts'
import { make } from './make.ts'

const ids = [1, 2, 3]

describe('@CacheEvict', () => {
  /** A cache with three users in it, who have tags, and which of them are left. */
  async function withUsers() {
    const { cache } = make()
    for (const id of ids) await cache.set(['user', id], id, { tags: [`team:${id % 2}`] })
    return { cache, left: async () => (await cache.getMany(ids.map((id) => ['user', id]))).filter(Boolean) }
  }

  test('removes a key, keys, what has a tag, and what has a prefix, from arguments and result', async () => {
    class Users {
      @CacheEvict({ key: (id) => ['user', id] })
      async byKey(id: number): Promise<number> {
        return id
      }
      @CacheEvict({
        keys: ([id], other) => [
          ['user', id],
          ['user', other],
        ],
      })
      async byKeys(id: number): Promise<number> {
        return id + 1
      }
      @CacheEvict({ tags: ([id], team) => [`team:${team}`, `none:${id}`] })
      async byTags(id: number): Promise<number> {
        return id % 2
      }
      @CacheEvict({ prefix: ([id]) => ['user', id] })
      async byPrefix(id: number): Promise<number> {
        return id
      }
      @CacheEvict({ key: (id) => ['user', id], keys: [['user', 2]], tags: ['team:1'] })
      async byAll(id: number): Promise<number> {
        return id
      }
      @CacheEvict({ prefix: ['user'] })
      async all(): Promise<void> {}
    }
    const users = new Users()
    const cases: [call: () => Promise<unknown>, left: number[]][] = [
      [() => users.byKey(1), [2, 3]],
      [() => users.byKeys(1), [3]],
      [() => users.byTags(1), [2]],
      [() => users.byPrefix(3), [1, 2]],
      [() => users.byAll(3), []],
      [() => users.all(), []],
    ]
    for (const [call, expected] of cases) {
      const { left } = await withUsers()
      await call()
      expect(await left(), String(call)).toEqual(expected)
    }
  })

  test('waits for the eviction before it answers, and passes on what the method answered', async () => {
    const { left } = await withUsers()
    class Users {
      readonly suffix = '!'
      @CacheEvict({ tags: ['team:1'] })
      async rename(name: string): Promise<string> {
        expect(await left()).toEqual(ids)
        return name + this.suffix
      }
    }
    expect(await new Users().rename('ann')).toBe('ann!')
    expect(await left()).toEqual([2])
  })

  test('evicts nothing when the method fails', async () => {
    const { left } = await withUsers()
    class Users {
      @CacheEvict({ prefix: ['user'] })
      async later(): Promise<void> {
        throw new Error('no')
      }
      @CacheEvict({ prefix: ['user'] })
      atOnce(): void | Promise<void> {
        throw new Error('no')
      }
    }
    for (const name of ['later', 'atOnce'] as const) await expect(new Users()[name]()).rejects.toThrow('no')
    expect(await left()).toEqual(ids)
  })

  test('evicts first when it is told to, whether the method fails or not', async () => {
    const { left, cache } = await withUsers()
    const before = cache.stats().invalidations
    class Users {
      @CacheEvict({ before: true, tags: ([id]) => [`team:${id % 2}`] })
      async remove(id: number): Promise<void> {
        expect(await left()).toEqual([2])
        throw new Error(`no ${id}`)
      }
    }
    await expect(new Users().remove(3)).rejects.toThrow('no')
    expect(await left()).toEqual([2])
    class Tags {
      @CacheEvict({ before: true, tags: ['team:0'] })
      async clear(): Promise<void> {}
    }
    await new Tags().clear()
    expect(await left()).toEqual([])
    expect(cache.stats().invalidations - before).toBe(2)
  })

  test('a load that began before the call ended is not stored', async () => {
    const { cache } = make()
    let name = 'ann'
    let release = (): void => {}
    const gate = new Promise<void>((resolve) => (release = resolve))
    class Users {
      @Cacheable({ key: (id) => ['user', id] })
      async find(id: number): Promise<string> {
        const read = `${name} ${id}`
        await gate
        return read
      }
      @CacheEvict({ key: (id) => ['user', id] })
      async rename(id: number, to: string): Promise<void> {
        name = id === 1 ? to : name
      }
    }
    const users = new Users()
    const before = users.find(1)
    await users.rename(1, 'bob')
    release()
    await before
    expect(await cache.has(['user', 1])).toBe(false)
    expect(await users.find(1)).toBe('bob 1')
  })

  test('`when` is asked before and `unless` after: then nothing is touched', async () => {
    const { left } = await withUsers()
    class Users {
      readonly mine = 1
      @CacheEvict({
        key: (id) => ['user', id],
        when(id) {
          return id !== this.mine
        },
        unless([id], changed) {
          return !changed && id !== this.mine
        },
      })
      async rename(id: number): Promise<boolean> {
        return id !== 2
      }
    }
    const users = new Users()
    expect([await users.rename(1), await users.rename(2), await users.rename(3)]).toEqual([true, false, true])
    expect(await left()).toEqual([1, 2])
  })

  test('no tags are nothing to evict', async () => {
    const { left, cache } = await withUsers()
    class Users {
      @CacheEvict({ tags: () => [] })
      async touch(): Promise<void> {}
    }
    const before = cache.stats().invalidations
    await new Users().touch()
    expect([await left(), cache.stats().invalidations]).toEqual([ids, before])
  })
})

describe('the options of @CacheEvict', () => {
  test.for<[options: object, message: RegExp]>([
    [{}, /needs to know what to evict.*`key`|needs to know what to evict/],
    [{ key: ['user'] }, /`key` must be a function, received an array/],
    [{ keys: 'user' }, /`keys` must be a list of keys, received a string/],
    [{ keys: [''] }, /`key` must not be empty/],
    [{ tags: [''] }, /`tags\[0\]`/],
    [{ prefix: [] }, /must have at least one part/],
    [{ tags: ['a'], when: true }, /`when` must be a function, received true/],
    [{ tags: ['a'], unless: null }, /`unless` must be a function, received null/],
    [{ tags: ['a'], before: true, unless: () => true }, /`unless` is told from the result/],
    [{ tags: ['a'], cache: {} }, /`cache` must be a cache or a function that finds one, received an object/],
  ])('%o is refused where it stands', ([options, message]) => {
    const decorate = (): unknown => {
      class Users {
        @CacheEvict(options as { tags: string[] })
        async touch(): Promise<void> {}
      }
      return Users
    }
    expect(decorate).toThrow(message)
  })

  test('keys and tags that are made wrong fail the call, after the method', async () => {
    const { cache } = make()
    await cache.set('user', 1)
    let calls = 0
    class Users {
      @CacheEvict({ keys: () => 'user' as never })
      async keys(): Promise<number> {
        return calls++
      }
      @CacheEvict({ tags: () => [''] })
      async tags(): Promise<number> {
        return calls++
      }
      @CacheEvict({ key: () => 'user', tags: () => undefined as never })
      async noTags(): Promise<number> {
        return calls++
      }
    }
    const users = new Users()
    await expect(users.keys()).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
    await expect(users.tags()).rejects.toMatchObject({ code: 'ERR_TAG_INVALID' })
    await expect(users.noTags()).rejects.toMatchObject({ code: 'ERR_TAG_INVALID' })
    expect(calls).toBe(3)
    expect(await cache.has('user')).toBe(false)
  })
})
