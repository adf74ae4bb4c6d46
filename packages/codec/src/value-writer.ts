/**
 * Writes values with msgpackr: as MessagePack with the structures of the objects in front, see `structures.ts`. A writer
 * of msgpackr is kept for each of the last lists of structures met.
 *
 * Invariant: what is written passes `WireCheck`; most of all, no structure is defined in the value itself.
 */
import { type Options, Packr, RESET_BUFFER_MODE } from 'msgpackr'
import { registerExtensions } from './extensions.ts'
import { PackableValue } from './packable.ts'
import { MAX_KEPT, MAX_STRUCTURES, type StructureList } from './structures.ts'

const OPTIONS: Options = {
  structuredClone: false,
  moreTypes: true,
  useToJSON: false,
  maxOwnStructures: 0,
  // One number is free, so that msgpackr asks before it gives it to an object that is not what it was before.
  maxSharedStructures: MAX_STRUCTURES + 1,
  shouldShareStructure: refuse,
  writeFunction: refuse,
}
/** A larger buffer is not kept for the next value. */
const MAX_KEPT_BYTES = 1024 * 1024
const INITIAL_BYTES = 8_192

interface Writer {
  readonly packr: Packr
  /** What is written before the value. */
  readonly front: Uint8Array
}

export class ValueWriter {
  readonly #packable = new PackableValue()
  readonly #kept = new Map<StructureList, Writer>()

  constructor() {
    registerExtensions()
  }

  /** @throws Error of any kind for what cannot be stored. */
  write(value: unknown): Uint8Array {
    const packable = this.#packable.of(value)
    const { packr, front } = this.#writerOf(this.#packable.structures)
    // A copy lets msgpackr use its buffer again.
    const body = packr.pack(packable, front.length === 0 ? 0 : RESET_BUFFER_MODE)
    const bytes = front.length === 0 ? body : Buffer.concat([front, body])
    if (body.length > MAX_KEPT_BYTES) packr.useBuffer(Buffer.allocUnsafeSlow(INITIAL_BYTES))
    return bytes
  }

  #writerOf(structures: StructureList): Writer {
    let writer = this.#kept.get(structures)
    if (writer === undefined) {
      const names = structures.all.map((structure) => [...structure])
      writer = { packr: new Packr({ ...OPTIONS, structures: names }), front: structures.front() }
      // Everything is forgotten at once: it is made anew in microseconds, and an order of use would cost every write.
      if (this.#kept.size >= MAX_KEPT) {
        this.#kept.clear()
        this.#packable.forget()
      }
      this.#kept.set(structures, writer)
    }
    return writer
  }
}

function refuse(): never {
  throw new TypeError('it is not the same each time it is read')
}
