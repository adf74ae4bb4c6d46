import {
  type ByteSize,
  type CacheKey,
  type Clock,
  type Duration,
  type FreshnessOptions,
  type OptionTable,
  type Random,
  FRESHNESS_OPTIONS,
  booleanOption,
  checkOptions,
  clockOption,
  countOption,
  encodeKey,
  functionOption,
  stringOption,
  toBytes,
  toMs,
  wrongOption,
} from '@hotpath/contract'
import type { MemoryOptions } from '@hotpath/core'
import type { ValueCipher } from '../store/cipher.ts'
import { memoryOnlyKeys } from './memory-only.ts'

/** What IndexedDB may hold. */
export interface IndexedDbOptions {
  /** The budget, about; beyond it what is used least recently goes. Default `'100mb'`. */
  readonly maxBytes?: ByteSize | undefined
  /** What is loaded in this time goes into one transaction; what is `set` goes at once, as other tabs wait for it. Default `'50ms'`. */
  readonly window?: Duration | undefined
}

/** What is kept as placeholders for the next visit. */
export interface LocalStorageOptions {
  /** Keys that are kept: those of what is seen first. */
  readonly keys: readonly CacheKey[]
  /** How much all of them may take together. Default `'64kb'`. */
  readonly maxBytes?: ByteSize | undefined
}

/** Options of a cache in a page. Freshness is inherited by its namespaces and calls. */
export interface BrowserCacheOptions extends FreshnessOptions {
  /** Namespace of all keys: 1 to 64 letters, digits, `_`, `-`, `.` and `/`. */
  readonly name: string
  /** Version of the values: raise it when what they look like changes, and nothing of before is read. A whole number from 1. Default 1. */
  readonly schema?: number | undefined
  /** Whose data it is, such as the id of the user: each scope has stores of its own, named by a digest. Default: that of all. */
  readonly scope?: string | undefined
  /** Bounds of what is in memory. Default `{ maxBytes: '20mb' }`. */
  readonly memory?: MemoryOptions | undefined
  /** What outlives the page; `false`: nothing but placeholders does. Default: `{}`. */
  readonly indexedDb?: IndexedDbOptions | false | undefined
  /**
   * What can be shown before anything is loaded. Default: nothing. With `false` nothing at all is kept there, not even which keys were
   * hot, so that the next visit begins with an empty memory.
   */
  readonly localStorage?: LocalStorageOptions | false | undefined
  /** Names of namespaces whose values are never stored outside of memory. Default: none. */
  readonly memoryOnly?: readonly string[] | undefined
  /** Encrypts values before they are stored; without it anyone who can read the disk can read them. With it there are no placeholders. */
  readonly encryption?: ValueCipher | undefined
  /** Whether only one tab at a time loads a key. Default `true`. */
  readonly lease?: boolean | undefined
  /** Whether to ask the browser not to delete what is stored when disk space gets short; some ask the user. Default `false`. */
  readonly persist?: boolean | undefined
  /** How long reads wait for IndexedDB, and for the code of it. Default `'1s'`. */
  readonly tierTimeout?: Duration | false | undefined
  /** Refuse values that cannot be stored, also where they would stay in memory. Default `false`. */
  readonly checkValues?: boolean | undefined
  /** Time. Default: the machine's. */
  readonly clock?: Clock | undefined
  /** Randomness. Default `Math.random`. */
  readonly random?: Random | undefined
}

type Own = Exclude<keyof BrowserCacheOptions, keyof FreshnessOptions>

const OPTIONS: OptionTable<Own> = {
  name: "'shop'",
  schema: countOption,
  scope: stringOption,
  memory: true,
  indexedDb: true,
  localStorage: true,
  memoryOnly: namesOption,
  encryption: cipherOption,
  lease: booleanOption,
  persist: booleanOption,
  tierTimeout: true,
  checkValues: booleanOption,
  clock: clockOption,
  random: functionOption,
}
const INDEXED_DB: OptionTable<keyof IndexedDbOptions> = { maxBytes: true, window: true }
const LOCAL_STORAGE: OptionTable<keyof LocalStorageOptions> = { keys: listOption, maxBytes: true }

/** What is kept as placeholders, checked. */
export interface PlaceholderOptions {
  /** Encoded. */
  readonly keys: readonly string[]
  readonly maxBytes: number
}

/** @throws ConfigError for options that no cache can be made from; KeyError for a key of `localStorage`. */
export function checkBrowserOptions(options: BrowserCacheOptions): void {
  checkOptions(options, 'createBrowserCache', OPTIONS, FRESHNESS_OPTIONS)
  const { indexedDb } = options
  if (indexedDb === undefined || indexedDb === false) return
  checkOptions(indexedDb, 'indexedDb', INDEXED_DB)
  toBytes(indexedDb.maxBytes ?? 0, 'indexedDb.maxBytes')
  toMs(indexedDb.window ?? 0, 'indexedDb.window')
}

/** @throws ConfigError; KeyError. */
export function placeholderOptions({
  localStorage,
  encryption,
  memoryOnly = [],
}: BrowserCacheOptions): PlaceholderOptions | undefined {
  if (localStorage === undefined || localStorage === false) return undefined
  checkOptions(localStorage, 'localStorage', LOCAL_STORAGE)
  const isMemoryOnly = memoryOnlyKeys(memoryOnly)
  const all = listOption(localStorage.keys, 'localStorage.keys').map((key) => encodeKey(key as CacheKey))
  const keys = all.filter((key) => !isMemoryOnly(key))
  const maxBytes = toBytes(localStorage.maxBytes ?? '64kb', 'localStorage.maxBytes')
  return encryption === undefined ? { keys, maxBytes } : undefined
}

function listOption(value: unknown, option: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw wrongOption(option, 'a list', value, "Use for example `['settings']`.")
}

function namesOption(value: unknown, option: string): void {
  for (const name of listOption(value, option)) stringOption(name, option)
}

function cipherOption(value: unknown, option: string): void {
  if (typeof (value as ValueCipher | undefined)?.encrypt === 'function') return
  throw wrongOption(option, 'a cipher', value, "Use `createEncryption({ … })` of '@hotpath/browser/encryption'.")
}
