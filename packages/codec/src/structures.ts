/**
 * Values with their structures in front, so that whoever reads many alike prepares for them once:
 *
 *     byte 0      0xc1, with which no MessagePack begins
 *     byte 1      length of the structures in bytes
 *     structures  MessagePack: a list of lists of names
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

const lists = new Packr({ useRecords: false })

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
    // Two lists with the same text would only cost room: what the writer does not know is written in place.
    let id = ''
    for (const names of structures) id += `${names.join('\0')}\n`
    let writer = this.#kept.get(id)
    if (writer === undefined) {
      writer = this.#open(structures)
      keep(this.#kept, id, writer)
    }
    return writer
  }

  #open(structures: readonly Structure[]): Writer {
    const list = lists.pack(structures)
    const known = { structures: structures.map((names) => [...names]), maxSharedStructures: structures.length }
    return {
      packr: new Packr({ ...this.#options, ...known }),
      front: list.length > MAX_BYTES ? undefined : Buffer.concat([Buffer.from([STRUCTURES_MARK, list.length]), list]),
    }
  }
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
    const id = asBuffer(bytes).toString('latin1', PREFIX_BYTES, end)
    let reader = this.#kept.get(id)
    if (reader === undefined) {
      reader = this.#open(lists.unpack(bytes.subarray(PREFIX_BYTES, end)))
      keep(this.#kept, id, reader)
    }
    const start = bytes.byteOffset
    return reader.unpack(memory, { start: start + end, end: start + bytes.length }) as unknown
  }

  #open(structures: unknown): Unpackr {
    if (!isStructures(structures)) throw unreadable('its structures are no lists of names')
    // Given by a function, as msgpackr then takes them back after a value that defines others in their place.
    return new Unpackr({ ...this.#options, getStructures: () => structures })
  }
}

/** Everything is forgotten at once: it is made anew in microseconds, and an order of use would cost every read. */
function keep<Kept>(all: Map<string, Kept>, id: string, one: Kept): void {
  if (all.size >= MAX_KEPT) all.clear()
  all.set(id, one)
}

function isStructures(value: unknown): value is string[][] {
  return Array.isArray(value) && value.every((names) => Array.isArray(names) && names.every(isText))
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
