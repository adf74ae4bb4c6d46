/** Finds N+1: the same statement, from the same place, again and again in one request. */
import { AsyncLocalStorage } from 'node:async_hooks'
import {
  DatabaseError,
  type OptionTable,
  booleanOption,
  checkOptions,
  countOption,
  functionOption,
  requiredFunction,
  wrongOption,
} from '@hotpath/contract'
import { type Dialect, readStatement } from '../statement/index.ts'
import { batchingFix } from './batching-fix.ts'
import { callSite } from './call-site.ts'
import { Repeats } from './repeats.ts'

/** A statement that is run once for each of many. */
export interface RepeatedStatement {
  /** Its shape. */
  readonly fingerprint: string
  /** How often it was run when it was noticed. */
  readonly count: number
  /** The place in your program, where the stack shows it. */
  readonly site: string
  /** How many of its runs one statement for all keys would have spared, so far. */
  readonly spared: number
  /** What to write in its place. */
  readonly fix: string
}

/** Options of `watchRepeats`. */
export interface WatchRepeatsOptions {
  /** So often in one request is too often; at least 4. Default 5. */
  readonly threshold?: number | undefined
  /** Whether the statement is refused, with `ERR_DB_REPEATED`: for tests. Default `false`. */
  readonly strict?: boolean | undefined
  /** Called once for each statement and place. What it throws is ignored. */
  readonly onRepeat?: ((found: RepeatedStatement) => void) | undefined
}

const OPTIONS: OptionTable<keyof WatchRepeatsOptions> = {
  threshold: countOption,
  strict: booleanOption,
  onRepeat: functionOption,
}
const MIN_THRESHOLD = 4
/** Places that are kept. */
const MAX_FOUND = 1_000

/** Finds them among the statements of all requests. */
export class RepeatFinder {
  readonly #dialect: Dialect
  readonly #threshold: number
  readonly #strict: boolean
  readonly #onRepeat: WatchRepeatsOptions['onRepeat']
  readonly #requests = new AsyncLocalStorage<Repeats>()
  readonly #found = new Map<string, RepeatedStatement>()

  /**
   * @param name - Whose options they are.
   * @throws ConfigError for options that are unknown or wrong.
   */
  constructor(name: string, options: WatchRepeatsOptions, dialect: Dialect) {
    checkOptions(options, name, OPTIONS)
    const { threshold = 5, strict = false, onRepeat } = options
    if (threshold < MIN_THRESHOLD)
      throw wrongOption('threshold', `at least ${MIN_THRESHOLD}`, threshold, 'Fewer are no loop.')
    this.#dialect = dialect
    this.#threshold = threshold
    this.#strict = strict
    this.#onRepeat = onRepeat
  }

  /** Runs a request. */
  request<Result>(run: () => Result): Result {
    requiredFunction(run, 'run', 'request(() => handle(incoming))')
    return this.#requests.run(new Repeats(), run)
  }

  /** Those found so far. */
  found(): readonly RepeatedStatement[] {
    return [...this.#found.values()]
  }

  /** Looks at a statement that comes. @throws DatabaseError `ERR_DB_REPEATED` where it is strict. */
  note(sql: unknown): void {
    const repeats = this.#requests.getStore()
    if (repeats === undefined || typeof sql !== 'string') return
    const { fingerprint } = readStatement(sql, this.#dialect)
    const repeated = repeats.note(fingerprint, this.#threshold, here)
    if (repeated === undefined) return
    const { site, count } = repeated
    const isNew = count === this.#threshold
    const spared = isNew ? count - 1 : 1
    const id = `${fingerprint}\n${site}`
    const known = this.#found.get(id)
    const one = known ?? { fingerprint, count, site, spared: 0, fix: batchingFix(sql, this.#dialect) }
    if (known !== undefined || this.#found.size < MAX_FOUND)
      this.#found.set(id, { ...one, spared: one.spared + spared })
    if (known === undefined && this.#found.has(id)) this.#report({ ...one, spared })
    if (this.#strict && isNew) throw repeatedError(one)
  }

  #report(repeated: RepeatedStatement): void {
    try {
      this.#onRepeat?.(repeated)
    } catch {
      // The statement has nothing to do with it, and `found()` has it.
    }
  }
}

/** ORMs have many of their own before the place that called them. */
const MAX_FRAMES = 60

function here(): string {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = MAX_FRAMES
  try {
    return callSite(new Error('here').stack ?? '')
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

function repeatedError({ count, site, fix, fingerprint }: RepeatedStatement): DatabaseError {
  return new DatabaseError(
    'ERR_DB_REPEATED',
    `One request ran \`${fingerprint}\` ${count} times, from ${site}. ${fix}`,
    { context: { count, site, fix } },
  )
}
