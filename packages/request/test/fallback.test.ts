import { describe, expect, test } from 'vitest'
import { compose, createRequestEvents, currentCall, fallback } from '../src/index.ts'

const fail = async (id: number): Promise<string> => {
  if (id > 0) throw new Error('down')
  return 'well'
}

describe('fallback', () => {
  test('answers when the function fails, with the error and the arguments at hand', async () => {
    const fn = fallback(fail, (error, id) => `${(error as Error).message} ${id}`)
    expect(await fn(42)).toBe('down 42')
  })

  test('does not answer when it succeeds, be it with nothing', async () => {
    const fn = fallback(
      async () => undefined,
      () => 'fallback',
    )
    expect(await fn()).toBeUndefined()
  })

  test('what it throws itself is what the caller gets', async () => {
    const fn = compose(
      fail,
      fallback(() => {
        throw new Error('fallback down')
      }),
    )
    await expect(fn(1)).rejects.toThrow('fallback down')
  })

  test('answers only for errors that it is meant for', async () => {
    const fn = fallback(fail, () => 'fallback', { when: (error) => (error as Error).message === 'other' })
    await expect(fn(1)).rejects.toThrow('down')
  })

  test('is not asked when the caller has left', async () => {
    let asked = 0
    const controller = new AbortController()
    const fn = fallback(
      () =>
        new Promise<never>((_resolve, reject) => {
          const { signal } = currentCall()
          signal.addEventListener('abort', () => reject(new Error('aborted')))
        }),
      () => ++asked,
    )
    const call = fn.with({ signal: controller.signal })()
    controller.abort(new Error('left'))
    await expect(call).rejects.toThrow('left')
    expect(asked).toBe(0)
  })

  test('gets `this`, and tells of it', async () => {
    const events = createRequestEvents()
    const told: unknown[] = []
    events.on('fallback', (event) => told.push(event))
    const error = new Error('down')
    const fn = fallback(
      function load(this: { word: string }): string {
        throw error
      },
      function answer(this: { word: string }) {
        return this.word
      },
      { events },
    )
    expect(await fn.call({ word: 'self' })).toBe('self')
    expect(told).toEqual([{ type: 'fallback', name: 'load', error }])
  })

  test('refuses what is no function', () => {
    expect(() => fallback(null as never)).toThrow(
      '`answer` must be a function, received null. Use for example `fallback(load, () => null)`.',
    )
    expect(() => fallback(fail, () => '', { when: 5 as never })).toThrow('`when` must be a function, received 5.')
    expect(() => fallback(() => 1)(5 as never)).toThrow('`fn` must be a function, received 5.')
  })
})
