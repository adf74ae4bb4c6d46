/**
 * Values with their structures in front, so that whoever reads many alike prepares for them once:
 *
 *     byte 0      0xc1, with which no MessagePack begins
 *     byte 1      length of the structures in bytes
 *     structures  UTF-8: the names of each, with a zero byte between two, and a line feed between structures
 *     value       MessagePack, where an object is the number of its structure and the values of its members
 *
 * Readers and writers of the last structures met are kept; nothing has to be known from elsewhere.
 */
import { type Options, Packr, Unpackr } from 'msgpackr'
import { unreadable } from './codec-error.ts'
import type { Structure } from './encodable.ts'

/** The first byte of a value that has its structures in front. */
export const STRUCTURES_MARK = 0xc1

const PREFIX_BYTES = 2
const MAX_BYTES = 255
/** Most applications have fewer; one whose objects have ids for names makes new ones all the time. */
const MAX_KEPT = 1_000

const BETWEEN_NAMES = '\0'
const BETWEEN_STRUCTURES = '\n'

interface Writer {
  readonly packr: Packr
  /** The mark, the length and the structures; undefined when they take too much room. */
  readonly front: Uint8Array | undefined
}

/** Writes values whose structures are known. */
export class StructureWriters {
  readonly #options: Options
  readonly #kept = new Map<string, Writer>()

  constructor(options: Options) {
    this.#options = options
  }

  /** @returns undefined when the value is better written without. */
  write(value: unknown, structures: readonly Structure[]): Uint8Array | undefined {
    const { packr, front } = this.#writer(structures)
    if (front === undefined) return undefined
    const body = packr.pack(value)
    const bytes = Buffer.allocUnsafe(front.length + body.length)
    bytes.set(front)
    bytes.set(body, front.length)
    return bytes
  }

  #writer(structures: readonly Structure[]): Writer {
    // Names may have anything in them. Two lists with the same text cost room: what a writer does not know is written in
    // place.
    const id = structures.map((names) => names.join(BETWEEN_NAMES)).join(BETWEEN_STRUCTURES)
    let writer = this.#kept.get(id)
    if (writer === undefined) {
      writer = this.#open(id, structures)
      keep(this.#kept, id, writer)
    }
    return writer
  }

  #open(id: string, structures: readonly Structure[]): Writer {
    const text = Buffer.from(id)
    const known = { structures: structures.map((names) => [...names]), maxSharedStructures: structures.length }
    return {
      packr: new Packr({ ...this.#options, ...known }),
      front: isReadable(text, structures)
        ? Buffer.concat([Buffer.from([STRUCTURES_MARK, text.length]), text])
        : undefined,
    }
  }
}

/** Whether who reads the text gets these structures: names may have anything in them, and be too long. */
function isReadable(text: Buffer, structures: readonly Structure[]): boolean {
  if (text.length > MAX_BYTES) return false
  const read = structuresIn(text.toString())
  return JSON.stringify(read) === JSON.stringify(structures)
}

function structuresIn(text: string): string[][] {
  return text.split(BETWEEN_STRUCTURES).map((names) => names.split(BETWEEN_NAMES))
}

/** Reads what `StructureWriters` write. */
export class StructureReaders {
  readonly #options: Options
  readonly #kept = new Map<string, Unpackr>()

  constructor(options: Options) {
    this.#options = options
  }

  /**
   * @param memory - All of the memory that `bytes` are part of.
   * @throws Error of any kind when the bytes are something else.
   */
  read(bytes: Uint8Array, memory: Uint8Array): unknown {
    const end = PREFIX_BYTES + (bytes[1] ?? 0)
    if (end >= bytes.length) throw unreadable('it ends too early')
    const buffer = asBuffer(bytes)
    // To make a text of it as Latin-1 is cheaper, and tells it apart as well.
    const id = buffer.toString('latin1', PREFIX_BYTES, end)
    let reader = this.#kept.get(id)
    if (reader === undefined) {
      const structures = structuresIn(buffer.toString('utf8', PREFIX_BYTES, end))
      // Given by a function, as msgpackr then takes them back after a value that defines others in their place.
      reader = new Unpackr({ ...this.#options, getStructures: () => structures })
      keep(this.#kept, id, reader)
    }
    const start = bytes.byteOffset
    return reader.unpack(memory, { start: start + end, end: start + bytes.length }) as unknown
  }
}

/** Everything is forgotten at once: it is made anew in microseconds, and an order of use would cost every read. */
function keep<Kept>(all: Map<string, Kept>, id: string, one: Kept): void {
  if (all.size >= MAX_KEPT) all.clear()
  all.set(id, one)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
