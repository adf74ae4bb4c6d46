import { circuitBreaker, currentCall, fallback, retry, timeout } from '@hotpath/request'
import { createFakeClock, deferred, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { CircuitBreaker, Compose, Dedupe, Retry, Throttle, Timeout } from '../src/index.ts'

describe('@Dedupe', () => {
  test('calls of one object with the same arguments share one that is under way, and nothing is kept', async () => {
    const gates = new Map<string, ReturnType<typeof deferred<string>>>()
    class Users {
      readonly tenant: string
      constructor(tenant: string) {
        this.tenant = tenant
      }
      @Dedupe()
      async find(id: number): Promise<string> {
        const gate = deferred<string>()
        gates.set(`${this.tenant} ${id} ${gates.size}`, gate)
        return gate.promise
      }
    }
    const [a, b] = [new Users('a'), new Users('b')]
    const calls = [a.find(1), a.find(1), a.find(2), b.find(1)]
    expect([...gates.keys()]).toEqual(['a 1 0', 'a 2 1', 'b 1 2'])
    for (const [name, gate] of gates) gate.resolve(name)
    expect(await Promise.all(calls)).toEqual(['a 1 0', 'a 1 0', 'a 2 1', 'b 1 2'])
    void a.find(1)
    expect([...gates.keys()].at(-1)).toBe('a 1 3')
  })

  test('takes a key, made with the object as its `this`', async () => {
    let calls = 0
    class Users {
      readonly size = 10
      @Dedupe({
        key(query) {
          return query.id % this.size
        },
      })
      async find(query: { readonly id: number }): Promise<number> {
        calls++
        return query.id
      }
    }
    const users = new Users()
    expect(await Promise.all([1, 11, 2].map((id) => users.find({ id })))).toEqual([1, 1, 2])
    expect(calls).toBe(2)
  })

  test('static methods, and those taken from their object, share too', async () => {
    let calls = 0
    class Users {
      readonly id = 0
      @Dedupe()
      static async count(id: number): Promise<number> {
        calls++
        return id
      }
      @Dedupe()
      async find(id: number): Promise<number> {
        calls++
        return id
      }
    }
    const { find } = new Users()
    await Promise.all([Users.count(1), Users.count(1), find(1), find(1)])
    expect(calls).toBe(2)
  })
})

describe('@Retry, @Timeout', () => {
  test('a call is made again until it succeeds, with the object as its `this`', async () => {
    const attempts: number[] = []
    class Users {
      readonly needed = 3
      @Retry({ attempts: 3, delay: 0 })
      async find(id: number): Promise<string> {
        const { attempt } = currentCall()
        attempts.push(attempt)
        if (attempt < this.needed) throw new Error('busy')
        return `${id} after ${attempt}`
      }
    }
    expect(await new Users().find(7)).toBe('7 after 3')
    expect(attempts).toEqual([1, 2, 3])
  })

  test('a call that takes too long is given up, and hears of it', async () => {
    const clock = createFakeClock()
    let signal: AbortSignal | undefined
    class Users {
      @Timeout('2s', { clock })
      async find(): Promise<never> {
        ;({ signal } = currentCall())
        return new Promise<never>(() => {})
      }
      @Timeout(false, { clock })
      get size(): Promise<number> {
        return Promise.resolve(1)
      }
    }
    const users = new Users()
    const call = users.find()
    call.catch(() => {})
    clock.advance(1_999)
    await flush()
    expect(signal?.aborted).toBe(false)
    clock.advance(1)
    await expect(call).rejects.toMatchObject({ code: 'ERR_REQUEST_TIMEOUT', context: { name: 'find' } })
    expect(signal?.aborted).toBe(true)
    expect(await users.size).toBe(1)
  })

  test('the decorator on top is the outermost', async () => {
    const clock = createFakeClock()
    const calls = { total: 0, each: 0 }
    class Users {
      @Timeout('1s', { clock })
      @Retry({ attempts: 3, delay: 0, clock, when: () => true })
      async total(): Promise<never> {
        calls.total++
        return new Promise<never>(() => {})
      }
      @Retry({ attempts: 3, delay: 0, clock, when: () => true })
      @Timeout('1s', { clock })
      async each(): Promise<never> {
        calls.each++
        return new Promise<never>(() => {})
      }
    }
    const users = new Users()
    const answers = Promise.allSettled([users.total(), users.each()])
    for (let second = 0; second < 3; second++) {
      await flush()
      clock.advance(1_000)
      await flush()
    }
    expect(await answers).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }])
    expect(calls).toEqual({ total: 1, each: 3 })
  })
})

describe('@Throttle, @CircuitBreaker', () => {
  const clock = createFakeClock()
  let begun = 0
  class Api {
    @Throttle({ limit: 2, interval: '1s', clock })
    async shared(): Promise<void> {
      begun++
    }
    @Throttle({ limit: 2, interval: '1s', clock, perObject: true })
    async own(): Promise<void> {
      begun++
    }
    @CircuitBreaker({ minCalls: 2, clock })
    async fragile(): Promise<void> {
      throw new Error('down')
    }
    @CircuitBreaker({ minCalls: 2, clock, perObject: true })
    async ownFragile(): Promise<void> {
      throw new Error('down')
    }
  }

  test('a rate is for all objects of the class, or for each', async () => {
    const apis = [new Api(), new Api()]
    for (const name of ['shared', 'own'] as const) {
      begun = 0
      const calls = apis.flatMap((api) => [api[name](), api[name](), api[name]()])
      await flush()
      expect(begun, name).toBe(name === 'shared' ? 2 : 4)
      for (let second = 0; second < 3; second++) {
        clock.advance(1_000)
        await flush()
      }
      await Promise.all(calls)
    }
  })

  test('a circuit is for all objects of the class, or for each', async () => {
    const [first, second] = [new Api(), new Api()]
    for (const name of ['fragile', 'ownFragile'] as const) {
      for (let call = 0; call < 2; call++) await expect(first[name]()).rejects.toThrow('down')
      const open = expect.objectContaining({ code: 'ERR_REQUEST_CIRCUIT_OPEN' })
      await expect(first[name]()).rejects.toEqual(open)
      await expect(second[name]()).rejects.toEqual(name === 'fragile' ? open : new Error('down'))
    }
  })
})

describe('@Compose', () => {
  test('puts policies around a method, the first one outermost, and shares one between methods', async () => {
    const clock = createFakeClock()
    const circuit = circuitBreaker({ minCalls: 3, clock })
    let calls = 0
    class Api {
      readonly id = 5
      @Compose(
        fallback(() => -3),
        retry({ attempts: 2, delay: 0 }),
        timeout('1s', { clock }),
        circuit,
      )
      async first(id: number): Promise<number> {
        calls++
        if (id > 0) throw new Error('down')
        return this.id
      }
      @Compose(circuit)
      async second(): Promise<number> {
        return ++calls
      }
      @Compose()
      async bare(): Promise<number> {
        return this.id
      }
    }
    const api = new Api()
    expect([await api.first(0), await api.bare()]).toEqual([5, 5])
    expect([await api.first(3), calls]).toEqual([-3, 3])
    expect(circuit.state).toBe('open')
    await expect(api.second()).rejects.toMatchObject({ code: 'ERR_REQUEST_CIRCUIT_OPEN' })
  })
})

describe('wrong options are refused where they stand', () => {
  test.for<[name: string, decorate: () => unknown]>([
    ['Dedupe key', () => Dedupe({ key: 'id' as never })],
    ['Dedupe', () => Dedupe((() => {}) as never)],
    ['Retry', () => Retry((() => {}) as never)],
    ['Retry attempts', () => Retry({ attempts: 0 })],
    ['Timeout', () => Timeout(0)],
    ['Timeout nothing', () => Timeout(undefined as never)],
    ['Throttle', () => Throttle({ limit: 0, interval: '1s' })],
    ['Throttle interval', () => Throttle({ limit: 1, interval: 0, perObject: true })],
    ['Throttle nothing', () => Throttle(undefined as never)],
    ['CircuitBreaker', () => CircuitBreaker({ failureRate: 2, perObject: true })],
    ['CircuitBreaker', () => CircuitBreaker(null as never)],
    ['Compose', () => Compose({} as never)],
  ])('%s', ([, decorate]) => {
    expect(decorate).toThrow(expect.objectContaining({ name: 'ConfigError' }))
  })
})
