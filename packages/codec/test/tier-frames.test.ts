import { type Codec, type Entry, type TierContext, createEntry, systemClock } from '@hotpath/contract'
import { expect, test } from 'vitest'
import { TierFrames, msgpack } from '../src/index.ts'

/** Frames on a timeline that stands at 1,000, of a store whose clock is 500 ahead. */
function make({ outdated, codec = msgpack() }: { outdated?: TierContext['outdated']; codec?: Codec } = {}) {
  const faults: string[] = []
  const context: TierContext = {
    name: 'c',
    clock: systemClock,
    elapsed: () => 1_000,
    evicted: () => {},
    fault: ({ code }) => void faults.push(code),
    ...(outdated && { outdated }),
  }
  const clock = { toServer: (at: number) => at + 500, fromServer: (at: number) => at - 500 }
  const frames = new TierFrames({ codec, clock, context, boundKey: (key) => `c:${key}` })
  return { frames, faults }
}

const entryOf = (value: unknown, fields: Partial<Entry> = {}): Entry =>
  createEntry({
    value,
    createdAt: 900,
    freshMs: 200,
    staleMs: 0,
    errorMs: 0,
    aheadMs: 0,
    epoch: 'e',
    asOf: 7,
    tags: ['t'],
    ...fields,
  })

test('an entry comes back as it was, with its times by the clock of the store', async () => {
  const { frames, faults } = make()
  const sealed = await frames.seal('k', entryOf({ a: 1 }))
  expect(sealed?.storedAt).toBe(1_400)
  const { frame } = sealed as NonNullable<typeof sealed>
  expect(await frames.open('k', frame)).toMatchObject({ value: { a: 1 }, createdAt: 900, tags: ['t'], asOf: 7 })
  expect(frames.headOf(frame)).toMatchObject({ createdAt: 900, epoch: 'e', asOf: 7, tags: ['t'] })
  expect(faults).toEqual([])
})

test('what is dead is not sealed', async () => {
  expect(await make().frames.seal('k', entryOf(1, { freshMs: 100 }))).toBeUndefined()
})

test('a value that cannot be encoded is a fault, and nothing is stored', async () => {
  const { frames, faults } = make()
  expect(
    await frames.seal(
      'k',
      entryOf(() => 1),
    ),
  ).toBeUndefined()
  expect(faults).toEqual(['ERR_CODEC_VALUE'])
})

test('bytes that cannot be read are a miss and a fault, and the key is to be removed before it is written, once', () => {
  const { frames, faults } = make()
  expect(frames.open('bad', new Uint8Array([1, 2, 3]))).toBeUndefined()
  expect(frames.headOf(new Uint8Array([1, 2, 3]))).toBeUndefined()
  expect(faults).toEqual(['ERR_CODEC_FRAME', 'ERR_CODEC_FRAME'])
  expect(frames.takeUnreadable(['good', 'bad'])).toEqual(['bad'])
  expect(frames.takeUnreadable(['good', 'bad'])).toEqual([])
})

test('a large value that is outdated is not decoded', async () => {
  let decoded = 0
  const plain = msgpack()
  const codec: Codec = {
    type: plain.type,
    encode: (value, context) => plain.encode(value, context),
    decode(bytes, context) {
      decoded++
      return plain.decode(bytes, context)
    },
  }
  const { frames } = make({ outdated: () => true, codec })
  const small = await frames.seal('k', entryOf('x'))
  const large = await frames.seal('k', entryOf('x'.repeat(2_000)))
  expect(await frames.open('k', large!.frame)).toBeUndefined()
  expect(decoded).toBe(0)
  expect((await frames.open('k', small!.frame))?.value).toBe('x')
})
