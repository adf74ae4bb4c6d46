import { deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { compose, createRequestEvents, currentCall, dedupe, type DedupeOptions, timeout } from '../src/index.ts'

function make(options: DedupeOptions<[id: unknown]> = {}) {
  const loader = deferredLoader<string>()
  const signals: AbortSignal[] = []
  const load = (id: unknown): Promise<string> => {
    signals.push(currentCall().signal)
    return loader(id)
  }
  return { loader, signals, fn: dedupe(load, options) }
}

describe('dedupe', () => {
  test('has one call in progress for each key, and keeps nothing', async () => {
    const { fn, loader } = make()
    const calls = [fn(1), fn(1), fn('1'), fn(2)]
    expect(loader.calls.map(({ argument }) => argument)).toEqual([1, '1', 2])
    loader.at(0).resolve('one')
    expect(await Promise.all(calls.slice(0, 2))).toEqual(['one', 'one'])
    void fn(1)
    expect(loader.calls).toHaveLength(4)
  })

  test('shares a failure, and forgets it', async () => {
    const { fn, loader } = make()
    const calls = [fn(1), fn(1)].map((call) => call.catch((error: Error) => error.message))
    loader.at(0).reject(new Error('down'))
    expect(await Promise.all(calls)).toEqual(['down', 'down'])
    void fn(1)
    expect(loader.calls).toHaveLength(2)
  })

  test('tells calls apart by what `key` answers, or by all arguments', async () => {
    const keys: unknown[] = []
    const byAll = dedupe(async (...args: readonly unknown[]) => void keys.push(args))
    await Promise.all([
      byAll({ b: 1, a: 2 }),
      byAll({ a: 2, b: 1 }),
      byAll(1, 2),
      byAll(1, 2),
      byAll([1, 2], 3),
      byAll(),
      byAll(),
    ])
    expect(keys).toEqual([[{ b: 1, a: 2 }], [1, 2], [[1, 2], 3], []])
    const byId = dedupe(async (row: { id: number }) => row, { key: ({ id }) => ['row', id] })
    const rows = await Promise.all([byId({ id: 1 }), byId({ id: 1 }), byId({ id: 2 })])
    expect(rows.map((row) => rows.indexOf(row))).toEqual([0, 0, 2])
  })

  test.each([
    [['a'], [['a']]],
    [['a:b'], ['a', 'b']],
    [['a:b'], [['a', 'b']]],
    [[1, 2], [[1, 2]]],
    [['1'], [[1]]],
    [['{a:1}'], [{ a: 1 }]],
    [[{ a: 1 }], [[{ a: 1 }]]],
    [['\0a'], ['a']],
    [['\0a:b'], ['a', 'b']],
    [['\0[1]'], [[1]]],
  ])('arguments that are not the same share no call: %j and %j', async (some, others) => {
    const fn = dedupe(async (...args: readonly unknown[]) => args)
    expect(await Promise.all([fn(...some), fn(...others), fn(...some)])).toEqual([some, others, some])
  })

  test('a key that cannot be made is a rejection', async () => {
    const fn = dedupe(async (callback: () => void) => callback())
    await expect(fn(() => {})).rejects.toMatchObject({ code: 'ERR_KEY_PART' })
    const { fn: throwing } = make({
      key: () => {
        throw new Error('in key')
      },
    })
    await expect(throwing(1)).rejects.toThrow('in key')
  })

  test('a signal detaches its caller only', async () => {
    const { fn, loader, signals } = make()
    const controller = new AbortController()
    const leaving = fn.with({ signal: controller.signal })(1)
    const staying = fn(1)
    controller.abort(new Error('left'))
    await expect(leaving).rejects.toThrow('left')
    expect(signals[0]?.aborted).toBe(false)
    loader.at(0).resolve('one')
    expect(await staying).toBe('one')
  })

  test('is aborted when the last caller has left, and not joined any more', async () => {
    const { fn, loader, signals } = make()
    const controllers = [new AbortController(), new AbortController()]
    const calls = controllers.map(({ signal }) =>
      fn
        .with({ signal })(1)
        .catch((error: Error) => error.message),
    )
    controllers[0]?.abort(new Error('first left'))
    expect(signals[0]?.aborted).toBe(false)
    controllers[1]?.abort(new Error('last left'))
    expect(signals[0]?.reason).toEqual(new Error('last left'))
    expect(await Promise.all(calls)).toEqual(['first left', 'last left'])
    const next = fn(1)
    loader.at(0).reject(new Error('aborted'))
    loader.at(1).resolve('again')
    expect(await next).toBe('again')
  })

  test('what lands late does not take a newer flight along', async () => {
    const { fn, loader } = make()
    const controller = new AbortController()
    fn.with({ signal: controller.signal })(1).catch(() => {})
    controller.abort()
    void fn(1)
    loader.at(0).resolve('late')
    await flush()
    void fn(1)
    expect(loader.calls).toHaveLength(2)
  })

  test('a timeout around it detaches as a signal does', async () => {
    const { fn, loader, signals } = make()
    const quick = compose(fn, timeout('1ms'))
    const patient = fn(1)
    await expect(quick(1)).rejects.toMatchObject({ code: 'ERR_REQUEST_TIMEOUT' })
    expect(signals[0]?.aborted).toBe(false)
    loader.at(0).resolve('one')
    expect(await patient).toBe('one')
  })

  test('a call for the key within the call for the key is a clear error', async () => {
    const fn: (id: number) => Promise<number> = dedupe(async (id: number): Promise<number> => (id > 0 ? fn(id) : 0), {
      name: 'loop',
    })
    await expect(fn(1)).rejects.toMatchObject({
      code: 'ERR_REQUEST_CYCLE',
      message:
        '`loop` was called for a key from within the call for that key, and would wait for itself. Get what is asked for there in another way.',
    })
    const [one, other]: ((id: number) => Promise<number>)[] = [
      dedupe((id: number): Promise<number> => (other as typeof fn)(id)),
      dedupe((id: number): Promise<number> => (one as typeof fn)(id)),
    ]
    await expect(one?.(1)).rejects.toMatchObject({ code: 'ERR_REQUEST_CYCLE' })
    const down: (id: number) => Promise<number> = dedupe(async (id: number) => (id > 0 ? down(id - 1) : id))
    expect(await down(3)).toBe(0)
  })

  test('a function that throws at once fails all who share it', async () => {
    const fn = dedupe(() => {
      throw new Error('at once')
    })
    await expect(fn()).rejects.toThrow('at once')
    await expect(fn()).rejects.toThrow('at once')
  })

  test('tells who joined', async () => {
    const events = createRequestEvents()
    const told: unknown[] = []
    events.on('dedupe', (event) => told.push(event))
    const { fn } = make({ events })
    void fn(1)
    void fn(1)
    expect(told).toEqual([{ type: 'dedupe', name: 'load' }])
  })

  test('refuses a key that is no function', () => {
    expect(() => dedupe(async () => 1, { key: 'id' as never })).toThrow(
      "`key` must be a function, received 'id'. Use for example `key: (id) => ['user', id]`.",
    )
  })
})
