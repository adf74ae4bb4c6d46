/** What the types promise, in both kinds of decorators and in all compilers. Nothing runs: the file passes when it compiles. */
import type { Cache, CacheKey, Token } from '@hotpath/core'
import { fallback, limit, timeout } from '@hotpath/request'
import {
  Batch,
  CacheEvict,
  CachePut,
  Cacheable,
  CircuitBreaker,
  Compose,
  Dedupe,
  Memoize,
  Retry,
  Throttle,
  Timeout,
  cacheable,
  createDecorators,
  clear,
  invalidate,
  keyOf,
} from '../src/index.ts'

// Written here, because the oldest compiler of those that read this file is too old for a library's.
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function same<A, B>(same: Same<A, B>): void

interface User {
  readonly id: number
  readonly name: string
}

class Users {
  static shared: Cache
  readonly prefix = 'users'
  private readonly cache: Cache

  constructor(cache: Cache) {
    this.cache = cache
  }

  @Cacheable({
    ttl: '30m',
    key: (id, locale) => {
      same<typeof id, number>(true)
      same<typeof locale, string | undefined>(true)
      return ['user', id, locale]
    },
    tags: ([id, locale], user) => {
      same<typeof id, number>(true)
      same<typeof locale, string | undefined>(true)
      same<typeof user, User | null>(true)
      return [`user:${id}`]
    },
    when: (id) => {
      same<typeof id, number>(true)
      return id > 0
    },
    unless: ([id], user) => {
      same<typeof id, number>(true)
      same<typeof user, User | null>(true)
      return user === null
    },
    cache: (self) => {
      same<typeof self, Users>(true)
      return self.cache
    },
  })
  async find(id: number, locale?: string): Promise<User | null> {
    return id === 0 ? null : { id, name: locale ?? '' }
  }

  @Cacheable({
    key(id) {
      same<typeof this, Users>(true)
      return [this.prefix, id]
    },
    tags(_args, user) {
      same<typeof this, Users>(true)
      return [user.a]
    },
  })
  async inferred(id: string) {
    return { a: id }
  }

  @Cacheable({
    cache: (self) => {
      same<typeof self, typeof Users>(true)
      return self.shared
    },
    key: (id) => [id.toFixed()],
  })
  static async count(id: number): Promise<number> {
    return id
  }

  @Cacheable({
    key: () => ['size'],
    tags: (args, value) => {
      same<typeof args, []>(true)
      same<typeof value, number>(true)
      return []
    },
  })
  get size(): Promise<number> {
    return Promise.resolve(1)
  }

  @Cacheable({ key: (id) => ['maybe', id] })
  maybe(id: number): number | Promise<number> {
    return id
  }

  @Cacheable()
  thenable(id: number): PromiseLike<number> {
    return Promise.resolve(id)
  }

  @Cacheable({ key: (id) => [id] })
  async generic<Id extends string>(id: Id): Promise<Id> {
    return id
  }

  @CachePut({
    key: (user) => {
      same<typeof user, User>(true)
      return ['user', user.id]
    },
    keys: ([given], user) => {
      same<typeof given, User>(true)
      same<typeof user, User>(true)
      return [['user', user.name]]
    },
    tags: (_args, user) => [`user:${user.id}`],
    unless: ([given], user) => given === user,
  })
  async update(user: User): Promise<User> {
    return user
  }

  @CacheEvict({
    keys: ([id], removed) => {
      same<typeof id, number>(true)
      same<typeof removed, boolean>(true)
      return [['user', id]]
    },
    tags: ([id]) => [`user:${id}`],
    prefix: ['user'],
    unless: (_args, removed) => !removed,
  })
  async remove(id: number): Promise<boolean> {
    return id > 0
  }

  @CacheEvict({
    before: true,
    tags: ([id], removed) => {
      same<typeof id, number>(true)
      same<typeof removed, undefined>(true)
      return []
    },
  })
  async removeFirst(id: number): Promise<boolean> {
    return id > 0
  }

  @Memoize({ key: (text) => [text.length] })
  parse(text: string): number {
    return text.length
  }

  @Memoize()
  get now(): Date {
    return new Date()
  }
}

class Calls {
  readonly tenant = 'red'
  declare readonly cache: Cache

  @Dedupe({
    key(id) {
      same<typeof this, Calls>(true)
      same<typeof id, number>(true)
      return [this.tenant, id]
    },
  })
  @Retry({ attempts: 3, delay: '10ms' })
  @Timeout('2s')
  @Throttle({ limit: 10, interval: '1s', perObject: true })
  @CircuitBreaker({ minCalls: 5 })
  @Compose(limit({ concurrency: 2 }), timeout('1s'))
  async find(id: number): Promise<User> {
    return { id, name: this.tenant }
  }

  @Batch({
    maxBatch: 50,
    cache: (self) => {
      same<typeof self, Calls>(true)
      return self.cache
    },
    key: (id) => {
      same<typeof id, number>(true)
      return ['user', id]
    },
    tags: (id, user) => {
      same<typeof id, number>(true)
      same<typeof user, User>(true)
      return [`user:${id}`]
    },
  })
  async findMany(ids: readonly number[]): Promise<User[]> {
    return ids.map((id) => ({ id, name: '' }))
  }

  @Compose(fallback(() => null))
  async nullable(id: number): Promise<number | null> {
    return id
  }

  // @ts-expect-error -- the method never answers null
  @Compose(fallback(() => null))
  async strict(id: number): Promise<number> {
    return id
  }

  // @ts-expect-error -- synchronous
  @Retry()
  synchronous(id: number): number {
    return id
  }

  // @ts-expect-error -- one key, no list of them
  @Batch()
  async one(id: number): Promise<User> {
    return { id, name: '' }
  }

  // @ts-expect-error -- a list, and one thing for all of them
  @Batch()
  async count(ids: readonly number[]): Promise<number> {
    return ids.length
  }

  // @ts-expect-error -- no unit
  @Timeout('2 seconds')
  async late(): Promise<void> {}

  // @ts-expect-error -- no rate without a limit
  @Throttle({ interval: '1s' })
  async boundless(): Promise<void> {}
}

/** What is refused. */
class Refused {
  // @ts-expect-error -- synchronous, and its type says that it stays so
  @Cacheable({ ttl: '1m' })
  synchronous(id: number): number {
    return id
  }

  // @ts-expect-error -- so is one that answers nothing: nobody would wait for it
  @CacheEvict({ tags: ['users'] })
  nothing(): void {}

  // @ts-expect-error -- and one whose type is inferred
  @CachePut({ key: (id) => ['user', id] })
  inferred(id: number) {
    return { id }
  }

  // @ts-expect-error -- and a getter
  @Cacheable({ ttl: '1m' })
  get size(): number {
    return 1
  }

  // @ts-expect-error -- a generator answers no promise
  @Cacheable({ ttl: '1m' })
  async *all(): AsyncGenerator<number> {
    yield 1
  }

  // @ts-expect-error -- a field is no member that is called
  @Cacheable({ ttl: '1m' })
  field = 1

  // @ts-expect-error -- nor is one that holds a function: each object makes its own
  @Cacheable({ ttl: '1m' })
  arrow = async (id: number): Promise<number> => id

  // @ts-expect-error -- a setter answers nothing
  @Cacheable({ ttl: '1m' })
  set value(value: number) {
    void value
  }

  // @ts-expect-error -- the parameter of `key` is not that of the method
  @Cacheable({ key: (id: string) => [id] })
  async wrongKey(id: number): Promise<number> {
    return id
  }

  // @ts-expect-error -- nor is the value of `tags` what the method answers
  @Cacheable({ tags: (_args, value: string) => [value] })
  async wrongTags(id: number): Promise<number> {
    return id
  }

  // @ts-expect-error -- a decorator is called before it decorates
  @Cacheable
  async withoutParentheses(id: number): Promise<number> {
    return id
  }

  // @ts-expect-error -- before the call there is no result to tell it from
  @CacheEvict({ before: true, tags: ['users'], unless: ([id]) => id === 0 })
  async unlessBefore(id: number): Promise<number> {
    return id
  }

  // @ts-expect-error -- a duration has a unit, or is a number
  @Cacheable({ ttl: '5 minutes' })
  async wrongTtl(id: number): Promise<number> {
    return id
  }
}

// @ts-expect-error -- a class is no member
@Cacheable()
class NoMember {
  readonly id = 1
}

/** Made before its member is known, a decorator fits any asynchronous method, and no other. */
const hourly = Cacheable({ ttl: '1h' })
class Reused {
  @hourly async one(id: number): Promise<number> {
    return id
  }
  @hourly static async two(): Promise<User[]> {
    return []
  }
  // @ts-expect-error -- synchronous
  @hourly three(id: number): number {
    return id
  }
}

declare const cache: Cache
const { Cacheable: Shared, cachePut: put } = createDecorators(cache)
class Bound {
  @Shared({ key: (id) => [id.toFixed()], tags: ([id]) => [`user:${id}`] })
  async find(id: number): Promise<number> {
    return id
  }
}

// Twins of functions.
const load = cacheable(async (id: number): Promise<User> => ({ id, name: '' }), {
  name: 'load',
  key: (id) => ['user', id.toFixed()],
  tags: ([id], user) => [`user:${id}`, user.name],
})
same<typeof load extends (id: number) => Promise<User> ? true : false, true>(true)
same<ReturnType<typeof load.key>, CacheKey>(true)
same<Parameters<typeof load.invalidate>, [id: number]>(true)
// A synchronous function has an asynchronous twin.
const length = cacheable((text: string) => text.length, { name: 'length' })
same<ReturnType<typeof length>, Promise<number>>(true)
same<ReturnType<typeof stored>, Promise<User>>(true)
const stored = put((user: User) => user, { key: ({ id }) => ['user', id] })
// @ts-expect-error -- the arguments are those of the function
void load('42')

// From outside, a member's keys take its arguments.
declare const users: Users
same<ReturnType<typeof key>, CacheKey>(true)
const key = (): CacheKey => keyOf(users, 'find', 42)
const token: Promise<Token | undefined> = invalidate(users, 'find', 42, 'de')
// @ts-expect-error -- a number
void invalidate(users, 'find', '42')
class Lists {
  @Batch({ maxEntries: 10 })
  async find(ids: readonly number[]): Promise<number[]> {
    return [...ids]
  }
}
void invalidate(new Lists(), 'find', [1, 2])
clear(new Lists(), 'find')
// @ts-expect-error: a list of keys
void invalidate(new Lists(), 'find', 1)

void [Calls, Refused, NoMember, Reused, Bound, token, key]
