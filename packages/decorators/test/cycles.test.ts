import { deferred, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { CacheEvict, CachePut, Cacheable } from '../src/index.ts'
import { make } from './make.ts'

describe('a load that asks for its own key', () => {
  test('before its first await fails at once, through any number of members between', async () => {
    make()
    class Users {
      @Cacheable()
      async find(id: number): Promise<number> {
        return this.twice(id)
      }
      @Cacheable()
      async twice(id: number): Promise<number> {
        return 2 * (await this.find(id))
      }
    }
    await expect(new Users().find(1)).rejects.toMatchObject({ code: 'ERR_REQUEST_CYCLE', context: { name: 'find' } })
  })

  test('after an await waits for itself until its timeout', async () => {
    const { clock } = make()
    class Users {
      @Cacheable({ timeout: '2s' })
      async find(id: number): Promise<number> {
        await flush()
        return this.find(id)
      }
    }
    const found = new Users().find(1)
    const failed = expect(found).rejects.toMatchObject({ code: 'ERR_LOAD_TIMEOUT' })
    for (let turn = 0; turn < 5; turn++) await flush()
    clock.advance(2_000)
    await failed
  })

  // No cycles, though each of these calls comes from within the load of its key.
  test('after it has changed what is cached there goes on', async () => {
    make()
    const rows = new Map<number, string>()
    class Users {
      @Cacheable({ key: (id) => ['user', id] })
      async find(id: number): Promise<string> {
        await flush()
        const row = rows.get(id)
        if (row !== undefined) return row
        await (id > 0 ? this.create(id) : this.put(id))
        return this.find(id)
      }
      @CacheEvict({ key: (id) => ['user', id] })
      async create(id: number): Promise<void> {
        rows.set(id, `created ${id}`)
      }
      @CachePut({ key: (id) => ['user', id] })
      async put(id: number): Promise<string> {
        return `put ${id}`
      }
    }
    expect([await new Users().find(1), await new Users().find(-1)]).toEqual(['created 1', 'put -1'])
  })

  test('by way of another, which it began and which comes to it once it is over, goes on', async () => {
    const { cache } = make()
    const gate = deferred()
    const begun: Promise<string>[] = []
    const slow = {
      getOrSet: async (...args: Parameters<typeof cache.getOrSet>) => gate.promise.then(() => cache.getOrSet(...args)),
    }
    class Users {
      @Cacheable()
      async find(id: number): Promise<string> {
        begun.push(this.friends(id))
        return `user ${id}`
      }
      @Cacheable({ cache: () => slow as never })
      async friends(id: number): Promise<string> {
        return `friends of ${await this.find(id)}`
      }
    }
    const users = new Users()
    expect(await users.find(1)).toBe('user 1')
    gate.resolve()
    expect(await begun[0]).toBe('friends of user 1')
  })

  test('and does not wait for the answer goes on', async () => {
    make()
    const seen: Promise<string>[] = []
    class Users {
      @Cacheable()
      async find(id: number): Promise<string> {
        await flush()
        // As a listener would that is told of what is loaded.
        seen.push(this.find(id))
        return `user ${id}`
      }
    }
    expect([await new Users().find(1), await seen[0]]).toEqual(['user 1', 'user 1'])
  })
})
