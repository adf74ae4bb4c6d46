/**
 * Reads what `ValueWriter` writes, once `WireCheck` has looked it over. Readers of the last structures met are kept; a
 * value cannot define structures, so nothing in it changes what another one means.
 */
import { type Options, Unpackr } from 'msgpackr'
import { registerExtensions } from './extensions.ts'
import { type Front, MAX_KEPT, STRUCTURES_MARK, frontOf, parseStructures } from './structures.ts'
import { WireCheck } from './wire-check.ts'

const OPTIONS: Options = { structuredClone: false, moreTypes: true, useRecords: true, copyBuffers: true }
/** Of what was read last; replies of a server come in pieces of 64 KB. */
const MAX_HELD_BYTES = 128 * 1024

interface Reader {
  readonly unpackr: Unpackr
  /** How many members each structure has. */
  readonly sizes: readonly number[]
}

export class ValueReader {
  readonly #check = new WireCheck()
  readonly #plain: Reader = { unpackr: new Unpackr(OPTIONS), sizes: [] }
  readonly #kept = new Map<string, Reader>()
  /**
   * Replies of a server are parts of one large piece of memory; msgpackr prepares for a piece once, and then is told what
   * part to read.
   */
  #memory = new Uint8Array(0) as Uint8Array

  constructor() {
    registerExtensions()
  }

  /** @throws Error of any kind when the bytes are something else. */
  read(bytes: Uint8Array): unknown {
    const memory = bytes.buffer === this.#memory.buffer ? this.#memory : new Uint8Array(bytes.buffer)
    if (memory.length <= MAX_HELD_BYTES) this.#memory = memory
    let from = 0
    let reader = this.#plain
    if (bytes[0] === STRUCTURES_MARK) {
      const front = frontOf(bytes)
      from = front.end
      reader = this.#readerOf(bytes, front)
    }
    this.#check.run(bytes, from, reader.sizes)
    const start = bytes.byteOffset
    return reader.unpackr.unpack(memory, { start: start + from, end: start + bytes.length }) as unknown
  }

  /** @throws CodecError `ERR_CODEC_FRAME` when there is more in it than `read` makes. */
  check(bytes: Uint8Array): void {
    if (bytes[0] !== STRUCTURES_MARK) return this.#check.run(bytes, 0, this.#plain.sizes)
    const front = frontOf(bytes)
    this.#check.run(bytes, front.end, this.#readerOf(bytes, front).sizes)
  }

  #readerOf(bytes: Uint8Array, { from, end }: Front): Reader {
    const buffer = asBuffer(bytes)
    // To make a string of it as Latin-1 is cheaper, and tells it apart as well.
    const id = buffer.toString('latin1', from, end)
    let reader = this.#kept.get(id)
    if (reader === undefined) {
      const structures = parseStructures(buffer.toString('utf8', from, end))
      const sizes = structures.map((names) => names.length)
      reader = { unpackr: new Unpackr({ ...OPTIONS, structures }), sizes }
      // Everything is forgotten at once: it is made anew in microseconds, and an order of use would cost every read.
      if (this.#kept.size >= MAX_KEPT) this.#kept.clear()
      this.#kept.set(id, reader)
    }
    return reader
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
