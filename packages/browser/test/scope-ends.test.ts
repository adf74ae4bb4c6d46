import { createFakeClock, flush } from '@hotpath/testkit'
import { createFakeLifecycle } from '@hotpath/web/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { deleteUnused } from '../src/scope/databases.ts'
import { readEndNote } from '../src/scope/end-note.ts'
import { ScopeEnds } from '../src/scope/scope-ends.ts'
import { createFakeChannels } from './fake-channels.ts'
import { fakeLocalStorage } from './fake-local-storage.ts'

const prefix = 'hotpath:shop:0:'

beforeEach(() => {
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
})

it('placeholders of other schemas go, and nothing else', async () => {
  const kept = [`${prefix}2.1`, `${prefix}ended`, 'hotpath:other:0:1.1']
  for (const name of [`${prefix}1.1`, ...kept]) localStorage.setItem(name, '[]')
  await deleteUnused(prefix, `${prefix}2.1`)
  const names = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index))
  expect(names).toEqual(kept)
})
