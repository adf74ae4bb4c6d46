import type { HotpathError } from '@hotpath/core'
import { flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { Batch, CacheEvict, CachePut, Cacheable } from '../src/index.ts'
import { make } from './make.ts'

/** A cache, and what it reports: which function threw, and what. */
function reporting() {
  const { cache } = make()
  const faults: string[] = []
  cache.on('fault', ({ error }: { readonly error: HotpathError }) => {
    faults.push(`${error.code} ${error.message.split(' ')[0]} ${(error.cause as Error).message}`)
  })
  return { cache, faults }
}

const throws = (): never => {
  throw new Error('no member')
}

describe('a function that throws when the call went well', () => {
  test.each(['unless', 'tags'])('`%s` of `@Cacheable`: the value is returned and not stored', async (option) => {
    const { cache, faults } = reporting()
    let loads = 0
    class Users {
      @Cacheable({ key: (id) => ['user', id], [option]: throws })
      async find(id: number): Promise<string> {
        return `user ${id}, load ${++loads}`
      }
    }
    const users = new Users()
    expect([await users.find(1), await users.find(1)]).toEqual(['user 1, load 1', 'user 1, load 2'])
    expect(await cache.has(['user', 1])).toBe(false)
    expect(faults).toEqual(Array(2).fill(`ERR_LISTENER_THREW \`${option}\` no member`))
  })

  test('tags that are none are such a mistake as well', async () => {
    const { cache, faults } = reporting()
    class Users {
      @Cacheable({ key: (id) => ['user', id], tags: () => [''] })
      async find(id: number): Promise<number> {
        return id
      }
    }
    expect(await new Users().find(1)).toBe(1)
    expect(await cache.has(['user', 1])).toBe(false)
    expect(faults).toEqual([expect.stringContaining('ERR_LISTENER_THREW `tags`')])
  })

  test('`errorTtl` of `@Cacheable` does not hide what went wrong', async () => {
    const { cache, faults } = reporting()
    class Users {
      @Cacheable({ key: (id) => ['user', id], errorTtl: throws })
      async find(id: number): Promise<number> {
        throw new Error(`no connection for ${id}`)
      }
    }
    await expect(new Users().find(1)).rejects.toThrow('no connection for 1')
    expect(await cache.has(['user', 1])).toBe(false)
    expect(faults).toEqual(['ERR_LISTENER_THREW `errorTtl` no member'])
  })

  test.each(['unless', 'tags'])('`%s` of `@CachePut`: what was cached before is removed', async (option) => {
    const { cache, faults } = reporting()
    class Users {
      @CachePut({ key: (id) => ['user', id], [option]: throws })
      async rename(id: number, name: string): Promise<string> {
        return `${id} ${name}`
      }
    }
    await cache.set(['user', 1], 'old')
    expect(await new Users().rename(1, 'Ann')).toBe('1 Ann')
    expect(await cache.has(['user', 1])).toBe(false)
    await flush()
    expect(faults).toEqual([`ERR_LISTENER_THREW \`${option}\` no member`])
  })

  test('`unless` of `@CacheEvict`: it is evicted, and the result is returned', async () => {
    const { cache, faults } = reporting()
    class Users {
      @CacheEvict({ key: (id) => ['user', id], unless: throws })
      async remove(id: number): Promise<boolean> {
        return id > 0
      }
    }
    await cache.set(['user', 1], 'old')
    expect(await new Users().remove(1)).toBe(true)
    expect(await cache.has(['user', 1])).toBe(false)
    await flush()
    expect(faults).toEqual(['ERR_LISTENER_THREW `unless` no member'])
  })

  test('`tags` of `@Batch` with a cache: the values are returned and not stored', async () => {
    const { cache, faults } = reporting()
    class Users {
      @Batch({ cache, key: (id) => ['user', id], tags: (id) => (id === 2 ? throws() : [`user:${id}`]) })
      async find(ids: readonly number[]): Promise<string[]> {
        return ids.map((id) => `user ${id}`)
      }
    }
    expect(await new Users().find([1, 2])).toEqual(['user 1', 'user 2'])
    expect([await cache.has(['user', 1]), await cache.has(['user', 2])]).toEqual([true, false])
    expect(faults).toEqual(['ERR_LISTENER_THREW `tags` no member'])
  })
})
