import type { Codec, EntryFields } from '@hotpath/contract'
import { expect, test } from 'vitest'
import { encrypted, msgpack, openValue, readFrame, sealEntry } from '../src/index.ts'

const entry = (value: unknown): EntryFields => ({
  value,
  tags: [],
  epoch: 'epoch',
  asOf: 1,
  createdAt: 0,
  freshMs: 1_000,
  staleMs: 0,
  errorMs: 0,
  aheadMs: 0,
})
const seal = (value: unknown, key: string, codec: Codec = msgpack()): Promise<Uint8Array> =>
  sealEntry(entry(value), { codec, key, storedAt: 0 })
const broken: Codec = {
  type: 'broken',
  encode: () => {
    throw new Error('out of paper')
  },
  decode: async () => {
    throw new Error('out of light')
  },
}

test('what cannot be stored is reported with its key, shortened, and its path', async () => {
  const error: unknown = await seal({ on: () => 1 }, `shop:${'x'.repeat(100)}`).catch((cause: unknown) => cause)
  const key = `shop:${'x'.repeat(58)}…`
  expect(error).toMatchObject({ code: 'ERR_CODEC_VALUE', context: { path: 'value.on', key } })
  expect(String(error)).toContain(`Key \`${key}\`: \`value.on\` cannot be stored: it is a function.`)
})

test('so is what another codec throws, with its cause said once', async () => {
  const error = (await seal(1, 'k', broken).catch((cause: unknown) => cause)) as Error
  expect(error).toMatchObject({ code: 'ERR_CODEC_VALUE', context: { key: 'k' }, cause: { message: 'out of paper' } })
  expect(error.message.split('out of paper')).toHaveLength(2)
})

test('and what cannot be read', async () => {
  const frame = readFrame(await seal(1, 'k'))
  const other = encrypted(msgpack(), { keys: { a: new Uint8Array(32) }, currentKeyId: 'a' })
  for (const codec of [broken, other]) {
    const opened = (async () => openValue(frame, codec, { key: 'k', header: frame.headerBytes }))()
    await expect(opened).rejects.toMatchObject({ context: { key: 'k' }, message: expect.stringMatching(/^Key `k`: /) })
  }
})
