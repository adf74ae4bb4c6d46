/** Keys of IndexedDB in types of our own, so that a program whose compiler knows no browser can import the declarations. */

/** What an entry is stored under: `IDBValidKey`. */
export type DatabaseKey = number | string | Date | ArrayBuffer | ArrayBufferView | readonly DatabaseKey[]

/** A range of keys: an `IDBKeyRange`, such as `IDBKeyRange.bound('a', 'b')`. */
export interface DatabaseKeyRange {
  /** Where it begins; `undefined`: with the first key. */
  readonly lower: unknown
  /** Where it ends; `undefined`: with the last key. */
  readonly upper: unknown
  /** Whether `lower` itself is left out. */
  readonly lowerOpen: boolean
  /** Whether `upper` itself is left out. */
  readonly upperOpen: boolean
}
