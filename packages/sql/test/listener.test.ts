import { flush } from '@hotpath/testkit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { PostgresConnection, PostgresPool, PostgresQuery, PostgresResult } from '../src/postgres/client.ts'
import { Listener } from '../src/postgres/listener.ts'

const NOTHING: PostgresResult = { rows: [], rowCount: 0 }

/** A connection whose statements end when the test says so, and one way in which it can be lost. */
class Connection implements PostgresConnection {
  readonly statements: { readonly text: string; end(): void; fail(): void }[] = []
  isReleased = false
  readonly #listeners = new Map<string, ((message: { channel: string; payload?: string }) => void)[]>()

  query({ text }: PostgresQuery): Promise<PostgresResult> {
    return new Promise((resolve, reject) => {
      this.statements.push({ text, end: () => resolve(NOTHING), fail: () => reject(new Error('lost')) })
    })
  }
  on(event: string, listener: (message: never) => void): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener as () => void])
  }
  off(): void {}
  release(): void {
    this.isReleased = true
  }
  emit(event: string, message: { channel: string; payload?: string } = { channel: '' }): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(message)
  }
  /** Ends all statements there are, and brings the notifications that the connection sends to itself. */
  async respond(): Promise<void> {
    for (let answered = 0; answered < this.statements.length; ) {
      const statement = this.statements[answered++]
      statement?.end()
      const probe = /NOTIFY (\w+)/.exec(statement?.text ?? '')?.[1]
      if (probe !== undefined) this.emit('notification', { channel: probe })
      await flush()
    }
  }
}

/** A listener over connections that come when the test says so. */
function make() {
  const asked: ((connection: Connection) => void)[] = []
  const pool: PostgresPool = { connect: () => new Promise((resolve) => void asked.push(resolve)), on: () => {} }
  return {
    listener: new Listener(pool),
    asked,
    /** Hands out the connection that was asked for last. */
    async connect(): Promise<Connection> {
      const connection = new Connection()
      asked.at(-1)?.(connection)
      await flush()
      return connection
    },
  }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

test('a cache that joins after the last has left, while LISTEN is under way, is listened for', async () => {
  const { listener, asked, connect } = make()
  const leave = listener.add('records', 'one', () => {})
  const first = await connect()
  expect(first.statements).toHaveLength(1)
  leave()
  expect(first.isReleased).toBe(true)
  const heard: (string | undefined)[] = []
  listener.add('records', 'two', (detail) => heard.push(detail))
  await first.respond()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(asked).toHaveLength(2)
  const second = await connect()
  await second.respond()
  expect(listener.isHearing).toBe(true)
  second.emit('notification', { channel: 'records', payload: 'two 7' })
  expect(heard.at(-1)).toBe('7')
})

test('a connection that is lost while LISTEN is under way is replaced, however long the statement takes to fail', async () => {
  const { listener, asked, connect } = make()
  listener.add('records', 'one', () => {})
  listener.add('leases', 'one', () => {})
  const first = await connect()
  first.emit('end')
  expect(first.isReleased).toBe(true)
  await vi.advanceTimersByTimeAsync(1_000)
  // The time to connect again has passed, and only now the statement fails.
  first.statements[0]?.fail()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(asked).toHaveLength(2)
  expect(first.statements).toHaveLength(1)
  const second = await connect()
  await second.respond()
  expect(listener.isHearing).toBe(true)
})

test('all that have left are not connected for again', async () => {
  const { listener, asked, connect } = make()
  const leave = listener.add('records', 'one', () => {})
  const first = await connect()
  leave()
  await first.respond()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toHaveLength(1)
  expect(listener.isHearing).toBe(false)
})

test('a connection is given one statement at a time, also when channels are added at once', async () => {
  const { listener, connect } = make()
  listener.add('records', 'one', () => {})
  const first = await connect()
  listener.add('leases', 'one', () => {})
  listener.add('others', 'one', () => {})
  await flush()
  const seen = [first.statements.length]
  for (let one = 0; one < 3; one++) {
    first.statements[one]?.end()
    await flush()
    seen.push(first.statements.length)
  }
  expect(seen).toEqual([1, 2, 3, 4])
  expect(first.statements.map(({ text }) => text.split(';')[0])).toEqual([
    'LISTEN records',
    'LISTEN leases',
    'LISTEN others',
    expect.stringContaining('LISTEN hotpath_probe_'),
  ])
})
