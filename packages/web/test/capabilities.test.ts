import { afterEach, expect, it, vi } from 'vitest'
import { readCapabilities } from '../src/index.ts'
import { fakeCapabilities } from '../src/testing/index.ts'

afterEach(() => vi.unstubAllGlobals())

it('are none where there is no browser', () => {
  for (const name of [
    'navigator',
    'document',
    'BroadcastChannel',
    'crypto',
    'performance',
    'localStorage',
    'indexedDB',
  ]) {
    vi.stubGlobal(name, undefined)
  }
  expect(Object.values(readCapabilities())).not.toContain(true)
})

it('are false where the settings of the browser deny them', () => {
  const denied = { configurable: true, get: () => expect.fail('denied') }
  vi.stubGlobal('indexedDB', undefined)
  Object.defineProperty(globalThis, 'indexedDB', denied)
  vi.stubGlobal('BroadcastChannel', () => expect.fail('denied'))
  expect(readCapabilities()).toMatchObject({ indexedDb: false, broadcastChannel: false })
})

it('have the same names in the fake', () => {
  expect(Object.keys(fakeCapabilities()).sort((a, b) => (a < b ? -1 : 1))).toEqual(
    Object.keys(readCapabilities()).sort((a, b) => (a < b ? -1 : 1)),
  )
  expect(fakeCapabilities({ locks: false })).toMatchObject({ locks: false, indexedDb: true })
})
