import type { LogRecord } from '@hotpath/contract'
import { createFakeClock, flush } from '@hotpath/testkit'
import { createFakeLifecycle } from '@hotpath/web/testing'
import { describe, expect, it, vi } from 'vitest'
import { Announced } from '../src/store/announced.ts'
import { entryOf, fakeDatabase, openStore } from './store.ts'

const ofKey = (key: string, position: number, valueFollows?: true): LogRecord => ({
  scope: { type: 'key', key },
  strength: 'hard',
  valueFollows,
  epoch: 'epoch-one',
  position,
  previous: position - 1,
})

/** Two tabs of one database: what the first writes comes when the test says so. */
function createTabs() {
  const clock = createFakeClock()
  const shared = fakeDatabase(clock)
  const lifecycle = createFakeLifecycle()
  const writer = openStore({ clock, shared, windowMs: 50 }).store
  const reader = openStore({ clock, shared, lifecycle }).store
  const advance = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed++) {
      clock.advance(1)
      await flush()
    }
  }
  return { clock, shared, lifecycle, writer, reader, advance }
}

/** What a read has come to. */
function watch<Found>(read: Promise<Found>): { readonly found: () => Found | 'none yet' } {
  let found: Found | 'none yet' = 'none yet'
  void read.then((value) => void (found = value))
  return { found: () => found }
}

describe('a value that is announced', () => {
  it('is waited for where it is read, and by nobody else', async () => {
    const { writer, reader, advance } = createTabs()
    await Promise.all([writer.set('a', entryOf('before')), writer.set('b', entryOf('other')), advance(50)])
    reader.logHas(ofKey('a', 7, true))
    const [one, other] = [watch(reader.get('a')), watch(reader.get('b'))]
    const many = watch(reader.getMany(['b', 'a']))
    await advance(10)
    expect([one.found(), other.found(), many.found()]).toEqual([
      'none yet',
      expect.objectContaining({ value: 'other' }),
      'none yet',
    ])
    void writer.set('a', entryOf('after', { asOf: 7 }))
    await advance(100)
    expect(one.found()).toMatchObject({ value: 'after' })
    expect(many.found()).toMatchObject([{ value: 'other' }, { value: 'after' }])
  })

  it('is looked for alone, whatever else is read with it', async () => {
    const { clock, shared, writer, reader, advance } = createTabs()
    await Promise.all([writer.set('b', entryOf('other')), advance(50)])
    reader.logHas(ofKey('a', 7, true))
    const read = vi.spyOn(shared, 'get')
    const many = watch(reader.getMany(['b', 'a', 'c']))
    await advance(30)
    void writer.set('a', entryOf('after', { asOf: 7 }))
    await advance(100)
    expect(many.found()).toMatchObject([{ value: 'other' }, { value: 'after' }, undefined])
    const keys = read.mock.calls.map(([, key]) => key)
    expect(['b', 'c', 'a'].map((key) => keys.filter((one) => one === key).length)).toEqual([1, 1, expect.any(Number)])
    expect(clock.pending).toBe(0)
  })

  it('is waited for for a moment, and no more after that', async () => {
    const { writer, reader, advance } = createTabs()
    await Promise.all([writer.set('a', entryOf('before')), advance(50)])
    reader.logHas(ofKey('a', 7, true))
    const read = watch(reader.get('a'))
    await advance(120)
    expect(read.found()).toBe('none yet')
    await advance(65)
    expect(read.found()).toMatchObject({ value: 'before' })
    expect((await reader.get('a'))?.value).toBe('before')
  })

  it('is waited for no longer than half the time that a read may take', async () => {
    const clock = createFakeClock()
    const { store } = openStore({ clock, readMs: 40 })
    store.logHas(ofKey('a', 7, true))
    const read = watch(store.get('a'))
    for (let passed = 0; passed < 30; passed++) {
      clock.advance(1)
      await flush()
    }
    expect(read.found()).toBeUndefined()
  })

  it('is not waited for once the store is closed, which leaves no timer', async () => {
    const { store, clock } = openStore()
    store.logHas(ofKey('a', 7, true))
    const read = store.get('a')
    await flush()
    expect(clock.pending).toBe(1)
    await store.close()
    expect([await read, clock.pending]).toEqual([undefined, 0])
  })

  it('is not waited for when the key was invalidated since', async () => {
    const { reader } = createTabs()
    reader.logHas(ofKey('a', 7, true))
    reader.logHas(ofKey('a', 8))
    expect(await reader.get('a')).toBeUndefined()
  })

  it('is not waited for where it is for memory alone', async () => {
    const { store, clock } = openStore({ isMemoryOnly: (key) => key.startsWith('draft:') })
    store.logHas(ofKey('draft:1', 7, true))
    expect([await store.get('draft:1'), clock.monotonic()]).toEqual([undefined, 0])
  })

  it('is looked for without timers on a hidden page, where those are held back', async () => {
    const { writer, reader, lifecycle, advance } = createTabs()
    lifecycle.hide()
    reader.logHas(ofKey('a', 7, true))
    const read = reader.get('a')
    void writer.set('a', entryOf('after', { asOf: 7 }))
    await advance(50)
    expect((await read)?.value).toBe('after')
  })

  it('is written without waiting for others', async () => {
    const { clock, writer, reader } = createTabs()
    writer.logHas(ofKey('a', 7, true))
    await writer.set('a', entryOf('after', { asOf: 7 }))
    expect(clock.monotonic()).toBe(0)
    expect((await reader.get('a'))?.value).toBe('after')
  })
})

it('remembers a hundred, the last ones', () => {
  const announced = new Announced(createFakeClock(), createFakeLifecycle())
  for (let index = 0; index <= 100; index++) announced.heard(ofKey(`key:${index}`, index + 1, true))
  const arrives = (index: number): boolean => announced.isArrival(`key:${index}`, entryOf(1, { asOf: index + 1 }))
  expect(announced.isArrival('key:1', entryOf(1, { epoch: 'of another log', asOf: 1_000 }))).toBe(false)
  expect([arrives(0), arrives(1), arrives(100), arrives(100)]).toEqual([false, true, true, false])
})
