/** What makes rows of columns, for drivers of any kind. */
import type { Column, RowMaker } from './driver.ts'

/** Makes a value of what came over the wire; `undefined`: it is the value. */
export type Parse = ((value: never) => unknown) | undefined

const asItCame = (value: unknown): unknown => value

/** Makers that are kept: as many as a program has shapes of results, unless it makes them up. */
const MAX_MAKERS = 1_000

/** The parser of a type. */
type ParserOf = (type: number) => Parse

/** Makes what makes rows, with the parser of each column. */
type MakerOf = (columns: readonly Column[], parsers: readonly Parse[]) => RowMaker

interface Made {
  /** The types of its columns, each once, and the parsers that they had. */
  readonly types: readonly number[]
  readonly parsers: readonly Parse[]
  readonly make: RowMaker
}

/** One maker for the same columns and parsers, however many statements return them. */
export class RowMakers {
  readonly #made = new Map<string, Made>()
  /** The same by the list of columns, which all results of one statement share. */
  readonly #known = new WeakMap<readonly Column[], Made>()

  /**
   * @param parserOf - The parser of a type as it is now: a maker is known again while that stays the same.
   * @param makerOf - Makes it.
   */
  of(columns: readonly Column[], parserOf: ParserOf, makerOf: MakerOf = rowMakerOf): RowMaker {
    const known = this.#known.get(columns)
    if (known !== undefined && isCurrent(known, parserOf)) return known.make
    const made = this.#find(columns, parserOf, makerOf)
    this.#known.set(columns, made)
    return made.make
  }

  #find(columns: readonly Column[], parserOf: ParserOf, makerOf: MakerOf): Made {
    let id = ''
    for (const [name, type] of columns) id += `${name.length}:${name}=${type};`
    const known = this.#made.get(id)
    if (known !== undefined && isCurrent(known, parserOf)) return known
    if (this.#made.size >= MAX_MAKERS) this.#made.clear()
    const types = [...new Set(columns.map(([, type]) => type))]
    const parsers = columns.map(([, type]) => parserOf(type))
    const made = { types, parsers: types.map(parserOf), make: makerOf(columns, parsers) }
    this.#made.set(id, made)
    return made
  }
}

function isCurrent({ types, parsers }: Made, parserOf: ParserOf): boolean {
  for (let at = 0; at < types.length; at++) if (parsers[at] !== parserOf(types[at] as number)) return false
  return true
}

/**
 * Rows with these parsers, in the order of the columns. Of columns with one name the last one counts, and NULL is never
 * parsed, as in all drivers.
 *
 * @param isPlain - Whether rows have `Object.prototype`.
 */
export function rowMakerOf(columns: readonly Column[], parsers: readonly Parse[], isPlain = true): RowMaker {
  const names = columns.map(([name]) => name)
  const parse = parsers.map((one) => (one ?? asItCame) as (value: unknown) => unknown)
  const fill = (row: Record<string, unknown>, values: readonly unknown[]): Record<string, unknown> => {
    for (let at = 0; at < names.length; at++) {
      const value = values[at]
      row[names[at] as string] = value === null ? null : (parse[at] as (value: unknown) => unknown)(value)
    }
    return row
  }
  if (!isPlain) return (values) => fill(Object.create(null) as Record<string, unknown>, values)
  // A copy of an object that has all columns has their places already.
  const template: Record<string, unknown> = {}
  for (const name of names) {
    // Defined, as a column may be called `__proto__`.
    Object.defineProperty(template, name, { value: null, writable: true, enumerable: true, configurable: true })
  }
  return (values) => fill({ ...template }, values)
}

/**
 * A copy of what is not a primitive, so that a caller that changes it changes nobody else's. Bytes become a Buffer, as
 * they were: a tier may have made a Uint8Array of it.
 */
export function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return Buffer.from(value)
  if (value instanceof Date) return new Date(value.getTime())
  if (Array.isArray(value)) return value.map(copyOf)
  const prototype: unknown = Object.getPrototypeOf(value)
  // Of a class that nobody can copy: such results are not kept.
  if (prototype !== Object.prototype && prototype !== null) return value
  const copy: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    Object.defineProperty(copy, name, { value: copyOf(member), writable: true, enumerable: true, configurable: true })
  }
  return copy
}

/** The same for drivers whose bytes are a Uint8Array, and nothing else is an object. */
export function copyOfBytes(value: unknown): unknown {
  return value instanceof Uint8Array ? Uint8Array.from(value) : value
}

/** Whether `copyOf` makes the same of it: what a driver or its user made of a class cannot be kept. */
export function isCopyable(value: unknown, bytes: 'buffer' | 'array'): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function' && typeof value !== 'symbol'
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Array.prototype) return (value as unknown[]).every((item) => isCopyable(item, bytes))
  if (prototype === Object.prototype) return Object.values(value).every((member) => isCopyable(member, bytes))
  // A date that is none is not one any more when it comes out of a tier of bytes.
  if (prototype === Date.prototype) return !Number.isNaN((value as Date).getTime())
  return prototype === (bytes === 'buffer' ? Buffer.prototype : Uint8Array.prototype)
}
