/**
 * Serializers for stored values: what comes back with its type, and how long a small object takes each way. Decides the
 * mode of MessagePack that `msgpack()` uses.
 */
import { deepStrictEqual } from 'node:assert'
import { deserialize, serialize } from 'node:v8'
import { compressed, msgpack } from '@hotpath/codec'
import { Packr } from 'msgpackr'
import { parse, stringify } from 'superjson'
import { type Contestant, measure } from './harness.ts'

interface Serializer {
  readonly name: string
  encode(value: unknown): Uint8Array
  decode(bytes: Uint8Array): unknown
  /** Whether bytes can be read without anything but them. */
  readonly isSelfContained: boolean
}

const CONTEXT = { key: 'bench:item', header: new Uint8Array(24) }
const COPIES = 1_000

/** One of each kind of value that has to come back as it was. */
const KINDS: Readonly<Record<string, unknown>> = {
  Date: new Date(1_700_000_000_000),
  Map: new Map([['a', 1]]),
  Set: new Set(['a']),
  BigInt: 2n ** 80n,
  RegExp: /a+/gi,
  URL: new URL('https://example.org/a?b=c'),
  Error: new RangeError('too far'),
  'typed array': new Float32Array([1.5, -2]),
  'undefined member': { a: undefined },
  'a text that looks like a date': '2024-01-01T00:00:00.000Z',
  '-0': -0,
}

const ROW = { id: 42, name: 'product 42', price: 6, tags: ['a', 'b', 'c'], text: 'x'.repeat(120) }

/** Runs the benchmark and prints a table. */
export async function codecs(quick: boolean): Promise<void> {
  const all = serializers()
  const rows = all.map((one) => ({ ...one, bytes: one.encode(ROW), lost: lostBy(one) }))
  const contestants: Contestant[] = rows.flatMap(({ name, encode, decode, bytes }) => {
    // As they lie in a reply: at some offset in a larger buffer, each another object.
    const stored = Array.from({ length: COPIES }, () => Buffer.concat([CONTEXT.header, bytes]))
    return [
      { name: `${name} encode`, run: (keys) => keys.reduce((sum) => sum + encode(ROW).length, 0) },
      {
        name: `${name} decode`,
        run: (keys) =>
          keys.reduce((sum, _, index) => {
            const frame = stored[index % COPIES] as Buffer
            return sum + (decode(frame.subarray(CONTEXT.header.length)) as typeof ROW).id
          }, 0),
      },
    ]
  })
  const keys = Array.from({ length: quick ? 20_000 : 100_000 }, () => 'item')
  const times = new Map((await measure(contestants, keys, quick ? 5 : 11)).map((one) => [one.name, one.ns]))
  console.log('| | bytes | encode ns | decode ns | alone | loses |\n| --- | --: | --: | --: | --- | --- |')
  for (const { name, bytes, lost, isSelfContained } of rows) {
    const [to, from] = ['encode', 'decode'].map((way) => Math.round(times.get(`${name} ${way}`) ?? 0))
    const losses = lost.length === 0 ? 'nothing' : lost.join(', ')
    console.log(`| ${name} | ${bytes.length} | ${to} | ${from} | ${isSelfContained ? 'yes' : 'no'} | ${losses} |`)
  }
}

function serializers(): Serializer[] {
  const ours = compressed(msgpack())
  const packr = (name: string, options: object, isSelfContained = true): Serializer => {
    const one = new Packr(options)
    return {
      name,
      encode: (value) => one.pack(value),
      decode: (bytes) => one.unpack(bytes) as unknown,
      isSelfContained,
    }
  }
  const types = { structuredClone: true, moreTypes: true, copyBuffers: true }
  return [
    {
      name: 'hotpath, the default',
      encode: (value) => ours.encode(value, CONTEXT) as Uint8Array,
      decode: (bytes) => ours.decode(bytes, CONTEXT),
      isSelfContained: true,
    },
    packr('msgpackr, records', { ...types, useRecords: true }),
    packr('msgpackr, maps', { ...types, useRecords: false }),
    packr('msgpackr, shared structures', { ...types, useRecords: true, structures: [] }, false),
    {
      name: 'JSON',
      encode: (value) => Buffer.from(JSON.stringify(value)),
      decode: (bytes) => JSON.parse(textOf(bytes)) as unknown,
      isSelfContained: true,
    },
    {
      name: 'superjson',
      encode: (value) => Buffer.from(stringify(value)),
      decode: (bytes) => parse(textOf(bytes)),
      isSelfContained: true,
    },
    {
      name: 'v8.serialize',
      encode: serialize,
      decode: (bytes) => deserialize(bytes) as unknown,
      isSelfContained: true,
    },
  ]
}

/** Kinds of values that do not come back as they were. */
function lostBy({ encode, decode }: Serializer): string[] {
  return Object.entries(KINDS)
    .filter(([, value]) => {
      try {
        const back = decode(encode(value))
        deepStrictEqual(withoutStack(back), withoutStack(value))
        return false
      } catch {
        return true
      }
    })
    .map(([kind]) => kind)
}

/** Where an error was made is no part of its value. */
function withoutStack(value: unknown): unknown {
  return value instanceof Error ? [value.name, value.message] : value
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
}
