import { flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { createRequestEvents, type RequestEvent } from '../src/index.ts'

const EVENT: RequestEvent = { type: 'retry', name: 'load', attempt: 2, delayMs: 5 }

describe('request events', () => {
  test('reach those who listen to their type, until they stop', () => {
    const events = createRequestEvents()
    const told: RequestEvent[] = []
    const stop = events.on('retry', (event) => told.push(event))
    events.emit(EVENT)
    events.emit({ type: 'dedupe', name: 'load' })
    stop()
    events.emit(EVENT)
    expect(told).toEqual([EVENT])
  })

  test('are wanted only while somebody listens', () => {
    const events = createRequestEvents()
    const [one, other] = [events.on('retry', () => {}), events.on('retry', () => {})]
    expect([events.wants('retry'), events.wants('dedupe')]).toEqual([true, false])
    one()
    expect(events.wants('retry')).toBe(true)
    other()
    expect(events.wants('retry')).toBe(false)
  })

  test('a listener that throws, now or later, harms nobody and is told of', async () => {
    const events = createRequestEvents()
    const told: string[] = []
    events.on('fault', ({ error }) => {
      told.push(`${error.code} ${(error.cause as Error).message}`)
      throw new Error('again')
    })
    events.on('retry', () => {
      throw new Error('now')
    })
    events.on('retry', () => Promise.reject(new Error('later')) as never)
    events.on('retry', () => told.push('heard'))
    events.emit(EVENT)
    await flush()
    expect(told).toEqual(['ERR_LISTENER_THREW now', 'heard', 'ERR_LISTENER_THREW later'])
  })

  test('refuses an event that there is not, and a listener that is none', () => {
    const events = createRequestEvents()
    expect(() => events.on('retried' as never, () => {})).toThrow(
      "There is no event 'retried'. Use one of attempt-failed,",
    )
    expect(() => events.on('retry', 5 as never)).toThrow(
      "The listener for `retry` must be a function, received 5. Use for example `events.on('retry', (event) => …)`.",
    )
  })
})
