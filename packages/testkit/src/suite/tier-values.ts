import { isRememberedFailure, rememberFailure } from '@hotpath/contract/values'
import type { TierCase } from './tier-bench.ts'
import { check, checkSame } from './check.ts'

const FALSY: readonly unknown[] = [null, 0, -0, false, '', Number.NaN, 0n]

const ORDINARY: readonly unknown[] = [
  true,
  1.5,
  Number.MAX_SAFE_INTEGER,
  2 ** 60,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  'text',
  'Grüße, 世界 👋',
  'x'.repeat(20_000),
  [],
  [1, 'two', null, [3]],
  {},
  { nested: { list: [{ deep: true }] }, '': 'empty name', 'odd name': 1 },
]

const TYPES: Readonly<Record<string, unknown>> = {
  Date: new Date(Date.UTC(2030, 0, 2, 3, 4, 5, 678)),
  Map: new Map<unknown, unknown>([
    ['text', 1],
    [2, new Map([[new Date(0), 'key object']])],
  ]),
  'empty Map': new Map(),
  Set: new Set<unknown>(['a', 1, null]),
  BigInt: 12_345_678_901_234_567_890n,
  'negative BigInt': -1n,
  RegExp: /ab+c\/[d-f]/giu,
  URL: new URL('https://user@example.test:8080/path?query=ä#hash'),
  Error: new Error('message'),
  TypeError: new TypeError('another message'),
  Uint8Array: new Uint8Array([0, 1, 254, 255]),
  Float64Array: new Float64Array([0.1, -1, Number.NaN]),
  'undefined member': { present: undefined, other: 1 },
  'undefined element': [1, undefined, 3],
  'all together': { list: [new Date(0), 1n, { set: new Set([new URL('https://example.test/')]) }], nothing: undefined },
}

const LOOKALIKES: readonly string[] = [
  '2030-01-02T03:04:05.678Z',
  '123',
  '123n',
  'null',
  'undefined',
  'true',
  '/regexp/g',
  '{"json":true}',
  '[1,2]',
  'https://example.test/',
  '$date:0',
]

/** What goes in comes out. */
export const TIER_VALUES: readonly TierCase[] = [
  {
    name: 'keeps falsy values, which are values like any other (P9)',
    run: ({ store, entry }) => checkRoundTrips(store, entry, FALSY),
  },
  {
    name: 'keeps ordinary values',
    run: ({ store, entry }) => checkRoundTrips(store, entry, ORDINARY),
  },
  {
    name: 'keeps the type of each value, at any depth (P9)',
    run: ({ store, entry }) => checkRoundTrips(store, entry, Object.values(TYPES), Object.keys(TYPES)),
  },
  {
    name: 'never takes a string for something else',
    run: ({ store, entry }) => checkRoundTrips(store, entry, LOOKALIKES),
  },
  {
    name: 'keeps a remembered failure one, and takes no value for one',
    async run({ store, entry }) {
      await store.set('failure', entry({ value: rememberFailure(new TypeError('not found')) }))
      await store.set('value', entry({ value: { error: new TypeError('not found') } }))
      const [failure, value] = await store.getMany(['failure', 'value'])
      check(isRememberedFailure(failure?.value), 'expected a remembered failure, received a value')
      checkSame(failure.value.error, new TypeError('not found'), 'its error')
      check(value !== undefined && !isRememberedFailure(value.value), 'expected a value, received a remembered failure')
    },
  },
  {
    name: 'keeps a copy where it is shared, so that nobody can change what is stored',
    async run({ store, entry }) {
      if (!store.shared) return
      const value = { list: [1] }
      await store.set('a', entry({ value }))
      value.list.push(2)
      const first = (await store.get('a'))?.value as typeof value
      checkSame(first, { list: [1] }, 'after a change of the value that was stored')
      first.list.push(3)
      checkSame((await store.get('a'))?.value, { list: [1] }, 'after a change of the value that was read')
    },
  },
  {
    name: 'keeps windows exactly, also those of many years and without end',
    async run({ store, entry, checkEntry }) {
      const windows = [
        { freshMs: 1, staleMs: 0, errorMs: 3_600_000 },
        { freshMs: 2 ** 31 + 1, staleMs: 2 ** 32 + 1, errorMs: 0 },
        { freshMs: 2 ** 45, staleMs: 0, errorMs: 0 },
        { freshMs: Number.POSITIVE_INFINITY, staleMs: 0, errorMs: 0 },
        { freshMs: 60_000, staleMs: Number.POSITIVE_INFINITY, errorMs: 0 },
        { freshMs: 60_000, staleMs: 1, errorMs: Number.POSITIVE_INFINITY },
      ]
      for (const [index, fields] of windows.entries()) {
        const stored = entry(fields)
        await store.set(`window:${index}`, stored)
        checkEntry(await store.get(`window:${index}`), stored, `window ${index}`)
      }
    },
  },
  {
    name: 'keeps tags of any characters, and as many as there may be',
    async run({ store, entry, checkEntry }) {
      const stored = entry({ tags: ['a', 'A', 'country:DE', 'a b', 'a,b', '日本', '__proto__', 'x'.repeat(200)] })
      await store.set('a', stored)
      checkEntry(await store.get('a'), stored)
      const full = entry({ tags: Array.from({ length: 128 }, (_, index) => `${index}:`.padEnd(256, 'x')) })
      await store.set('full', full)
      checkEntry(await store.get('full'), full)
    },
  },
  {
    name: 'takes an entry that is dead already, and answers it or nothing',
    async run({ store, entry, checkEntry }) {
      const dead = entry({ createdAt: entry().createdAt - 100_000, freshMs: 1, staleMs: 0, errorMs: 0 })
      await store.set('a', dead)
      const answer = await store.get('a')
      if (answer !== undefined) checkEntry(answer, dead)
    },
  },
]

async function checkRoundTrips(
  store: Parameters<TierCase['run']>[0]['store'],
  entry: Parameters<TierCase['run']>[0]['entry'],
  values: readonly unknown[],
  names: readonly string[] = values.map((value) => String(value).slice(0, 30)),
): Promise<void> {
  const keys = values.map((_, index) => `value:${index}`)
  await store.setMany(values.slice(1).map((value, index) => [`value:${index + 1}`, entry({ value })] as const))
  // One by `set`, so that both ways in are walked.
  await store.set('value:0', entry({ value: values[0] }))
  const many = await store.getMany(keys)
  for (const [index, key] of keys.entries()) {
    const answers = { get: await store.get(key), getMany: many[index] }
    for (const [method, answer] of Object.entries(answers)) {
      check(answer !== undefined, `${method} of ${names[index]}: expected an entry, received nothing`)
      checkSame(answer.value, values[index], `${method} of ${names[index]}`)
    }
  }
}
