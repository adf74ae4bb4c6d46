import { createFakeClock, deferred, flush } from '@hotpath/testkit'
import { createFakeLifecycle } from '@hotpath/web/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { deleteUnused } from '../src/scope/databases.ts'
import { readEndNote } from '../src/scope/end-note.ts'
import { ScopeEnds } from '../src/scope/scope-ends.ts'
import { createFakeChannels } from './fake-channels.ts'
import { fakeLocalStorage } from './fake-local-storage.ts'

const prefix = 'hotpath:shop:0:'

/** Where the events of a page come from. */
let page: EventTarget

/** Caches that are in use, this one among them. */
function holdLocks(count: number): void {
  const held = Array.from({ length: count }, () => ({ name: `${prefix}1.1:used` }))
  vi.stubGlobal('navigator', { locks: { query: async () => ({ held }) } })
}

beforeEach(() => {
  page = new EventTarget()
  for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent'] as const)
    vi.stubGlobal(name, page[name].bind(page))
  const open = createFakeChannels()
  vi.stubGlobal('document', {})
  vi.stubGlobal('navigator', {})
  vi.stubGlobal('localStorage', fakeLocalStorage())
  vi.stubGlobal(
    'BroadcastChannel',
    vi.fn(function (name: string) {
      return open(name)
    }),
  )
})
afterEach(() => void vi.unstubAllGlobals())

/** A tab whose cache was made now, or when there was another note. */
function openTab(endNote = readEndNote(prefix)) {
  const clock = createFakeClock()
  const ended = vi.fn(async () => {})
  const lifecycle = createFakeLifecycle()
  const ends = new ScopeEnds({ prefix, clock, lifecycle, endNote, ended })
  return { ends, ended, clock, lifecycle }
}

describe('the end of a scope', () => {
  it('ends nothing that was opened later, whatever the clocks say', async () => {
    localStorage.setItem(`${prefix}ended`, '9999999999999')
    const { ended, ends, lifecycle } = openTab()
    await flush()
    lifecycle.hide()
    lifecycle.show()
    await flush()
    expect([ended.mock.calls.length, ends.isEnded]).toEqual([0, false])
  })

  it('is heard of by a tab that opened before, once its code is there, and before it is asked', async () => {
    localStorage.setItem(`${prefix}ended`, 'second')
    const { ended, ends } = openTab('first')
    expect(ends.isEnded).toBe(true)
    await flush()
    expect(ended).toHaveBeenCalledTimes(1)
  })

  it('leaves no listener in the tabs that heard of it, which answer for no other', async () => {
    const one = openTab()
    await flush()
    const end = async ({ ends, clock } = openTab()) => {
      const ending = ends.endElsewhere()
      await flush()
      await clock.advanceAsync(1_000)
      await ending
      ends.close()
    }
    await end()
    await end()
    const note = readEndNote(prefix)
    await one.ends.endElsewhere()
    expect(readEndNote(prefix)).toBe(note)
    expect(one.ended).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['the note', { note: 'first' }],
    ['the message', { note: 'last' }],
    ['nothing but the message', { note: 'never' }],
  ])('waits no longer than for other tabs, which are told first by %s', async (_, { note }) => {
    const tabs = [openTab(), openTab(), openTab()] as const
    await flush()
    holdLocks(3)
    const [{ ends, clock }, ...others] = tabs
    const hear = () => page.dispatchEvent(Object.assign(new Event('storage'), { key: `${prefix}ended` }))
    let isOver = false
    const ending = ends.endElsewhere().then(() => (isOver = true))
    if (note === 'first') hear()
    await flush()
    if (note === 'last') hear()
    await flush()
    expect([isOver, clock.pending]).toEqual([true, 0])
    await ending
    expect(others.map(({ ended }) => ended.mock.calls.length)).not.toContain(0)
  })

  it('is not over before the last tab has answered, however often another one hears of it', async () => {
    const slow = openTab()
    const left = deferred()
    slow.ended.mockReturnValue(left.promise)
    const [one] = [openTab(), openTab()]
    await flush()
    holdLocks(3)
    let isOver = false
    const ending = one.ends.endElsewhere().then(() => (isOver = true))
    for (let round = 0; round < 3; round++) {
      page.dispatchEvent(Object.assign(new Event('storage'), { key: `${prefix}ended` }))
      await flush()
    }
    expect(isOver).toBe(false)
    left.resolve()
    await ending
  })

  it('ends all caches of a page together, without a channel or a note', async () => {
    vi.stubGlobal('BroadcastChannel', undefined)
    vi.stubGlobal('localStorage', undefined)
    const [one, other] = [openTab(), openTab()]
    await one.ends.endElsewhere()
    expect([one.ended.mock.calls.length, other.ended.mock.calls.length]).toEqual([0, 1])
  })

  it.each([null, undefined, 1, 'end', [], { type: null }])('is none of what others may say: %j', async (message) => {
    const { ended } = openTab()
    await flush()
    // What a listener rejects with would be an unhandled rejection, by which the test fails.
    new BroadcastChannel(`${prefix}scope`).postMessage(message)
    await flush()
    expect(ended).not.toHaveBeenCalled()
  })
})

it('placeholders of other schemas go, and nothing else', async () => {
  const kept = [`${prefix}2.1`, `${prefix}ended`, 'hotpath:other:0:1.1']
  for (const name of [`${prefix}1.1`, ...kept]) localStorage.setItem(name, '[]')
  await deleteUnused(prefix, `${prefix}2.1`)
  const names = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index))
  expect(names).toEqual(kept)
})
