import {
  type ByteSize,
  callbackError,
  checkOptions,
  type Clock,
  clockOption,
  type Duration,
  type EventNamed,
  functionOption,
  type OptionTable,
  systemClock,
  toBytes,
  toMs,
  wrongOption,
} from '@hotpath/contract'
import { type FaultEvent, PageEvents } from './events.ts'

/** How full: `warning` from 80 % of a budget, `critical` from 90 %. */
export type MemoryLevel = 'normal' | 'warning' | 'critical'

/** The level has changed. */
export interface MemoryEvent {
  /** The new level. */
  readonly type: MemoryLevel
  /** What brought it about: what the caller counts, or the heap that the browser reports. */
  readonly source: 'used' | 'heap'
  /** Bytes in use at the source. */
  readonly usedBytes: number
  /** The budget of the source, in bytes. */
  readonly budgetBytes: number
}

/** What is watched. */
export interface MemoryOptions {
  /**
   * Bytes that the caller counts, such as those of its cache. When it throws, or returns something else than a number from 0, that
   * is a `fault` event, and its level stays as it was.
   */
  readonly used?: (() => number) | undefined
  /** Budget of `used`. Default `'50mb'`; for storage, `'100mb'` is a good one. */
  readonly budget?: ByteSize | undefined
  /** Budget of the heap, where the browser reports it (in Chromium alone); `false`: not watched. Default `'512mb'`. */
  readonly heap?: ByteSize | false | undefined
  /** How much of the heap that the browser grants must be free; less is `critical`. Default `'100mb'`. */
  readonly free?: ByteSize | undefined
  /** How often to look. Default `'10s'`. */
  readonly every?: Duration | undefined
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
}

/** Says when memory gets short. */
export interface MemoryWatch {
  /** The highest level of what is watched, as last seen. */
  readonly level: MemoryLevel
  /** Looks now, for example after a large write. */
  check(): MemoryLevel
  /**
   * Listens; the function that it returns ends that. A listener that throws becomes a `fault` event, and so does `used` that fails.
   *
   * @param type - The level, or `'*'` for all.
   * @throws ConfigError `ERR_CONFIG_OPTION` for an event that there is not.
   */
  on<Type extends MemoryLevel | 'fault' | '*'>(
    type: Type,
    listener: (event: EventNamed<LevelEvent | FaultEvent, Type>) => void,
  ): () => void
  /** Ends all subscriptions and the timer. */
  close(): void
}

/** One event for each level, so that listeners may choose. */
export type LevelEvent = {
  readonly [Level in MemoryLevel]: MemoryEvent & {
    /** The new level. */
    readonly type: Level
  }
}[MemoryLevel]

const OPTIONS: OptionTable<keyof MemoryOptions> = {
  used: functionOption,
  budget: true,
  heap: true,
  free: true,
  every: true,
  clock: clockOption,
}

const WARNING = 0.8
const CRITICAL = 0.9
/** A level ends this far below where it began, so that it does not come and go. */
const SLACK = 0.05

const LEVELS = ['normal', 'warning', 'critical'] as const

/** As Chromium reports it. */
interface Heap {
  readonly usedJSHeapSize: number
  readonly jsHeapSizeLimit: number
}

/**
 * Watches what the caller counts and, where the browser reports it, the heap.
 *
 * @throws ConfigError for an option that is wrong.
 *
 * @example
 * ```ts
 * import { watchMemory } from '@hotpath/web'
 *
 * let bytes = 10_000_000
 * const memory = watchMemory({ used: () => bytes, budget: '20mb', heap: false })
 * memory.on('warning', ({ source, usedBytes }) => console.log(source, usedBytes)) // used 17000000
 * bytes = 17_000_000
 * console.log(memory.check()) // warning
 * memory.close()
 * ```
 */
export function watchMemory(options: MemoryOptions = {}): MemoryWatch {
  checkOptions(options, 'watchMemory', OPTIONS)
  const { used, clock = systemClock, heap = '512mb' } = options
  const budgetBytes = toBytes(options.budget ?? '50mb', 'budget')
  const heapBytes = heap === false ? 0 : toBytes(heap, 'heap')
  const freeBytes = toBytes(options.free ?? '100mb', 'free')
  const everyMs = toMs(options.every ?? '10s', 'every')
  const events = new PageEvents<LevelEvent>('memory', ...LEVELS)
  /** What was last seen of each source. */
  let ofUsed: MemoryEvent = { type: 'normal', source: 'used', usedBytes: 0, budgetBytes }
  let ofHeap: MemoryEvent = { type: 'normal', source: 'heap', usedBytes: 0, budgetBytes: heapBytes }
  let cancel = (): void => {}

  /** The source at the higher level. */
  const highest = (): MemoryEvent => (rank(ofHeap.type) > rank(ofUsed.type) ? ofHeap : ofUsed)

  function check(): MemoryLevel {
    const before = highest().type
    try {
      if (used !== undefined) ofUsed = measured(ofUsed, used())
    } catch (cause) {
      events.fault(callbackError('`used`', 'The watch of memory', { cause }))
    }
    const reported = (performance as unknown as { readonly memory?: Heap }).memory
    if (heap !== false && reported !== undefined) {
      const { usedJSHeapSize: usedBytes, jsHeapSizeLimit } = reported
      ofHeap = measured(ofHeap, usedBytes)
      if (jsHeapSizeLimit - usedBytes < freeBytes) ofHeap = { ...ofHeap, type: 'critical' }
    }
    const now = highest()
    if (now.type !== before) events.emit(now)
    return now.type
  }

  const look = (): void => {
    cancel = clock.after(everyMs, look)
    check()
  }
  // After the turn in which listeners are added.
  cancel = clock.after(0, look)
  return {
    get level() {
      return highest().type
    },
    check,
    on: (type, listener) => events.on(type, listener),
    close() {
      cancel()
      events.close()
    },
  }
}

/** A source with so much in use: its level falls later than it rose. */
function measured(before: MemoryEvent, usedBytes: number): MemoryEvent {
  if (!(usedBytes >= 0)) throw wrongOption('used()', 'bytes from 0', usedBytes, 'Return a number.')
  const share = usedBytes / before.budgetBytes
  const at = (threshold: number, level: MemoryLevel): boolean =>
    share >= (rank(before.type) < rank(level) ? threshold : threshold - SLACK)
  const type = at(CRITICAL, 'critical') ? 'critical' : at(WARNING, 'warning') ? 'warning' : 'normal'
  return { ...before, type, usedBytes }
}

function rank(level: MemoryLevel): number {
  return LEVELS.indexOf(level)
}
