import {
  type Duration,
  FRESHNESS_OPTIONS,
  type OptionTable,
  booleanOption,
  checkOptions,
  functionOption,
  toMs,
  wrongOption,
} from '@hotpath/contract'
import type { LoadOptions } from '@hotpath/core'

/** When a key on screen is read again, beside when it is invalidated. What is fresh still is not loaded by that. */
export interface RefetchOptions {
  /** When an observer begins to show it. `false`: only where there is nothing to show. Default `true`. */
  readonly mount?: boolean | undefined
  /** When the page becomes visible. Default `true`. */
  readonly focus?: boolean | undefined
  /** When the network is back. Default `true`. */
  readonly reconnect?: boolean | undefined
  /** Loaded each time that this has passed, fresh or not, while the page is visible. Default: never. */
  readonly interval?: Duration | false | undefined
}

/** Options of `observe`, beside those of a read with a loader. */
export interface ObserveOptions<Value = unknown, Data = Value>
  extends Omit<LoadOptions, 'signal' | 'refresh' | 'onRead' | 'after'> {
  /** Makes what is shown from the value; called when the value has changed, or the function itself. Default: the value. */
  readonly select?: ((value: Value) => Data) | undefined
  /** Whether two results of `select` say the same. Default: by structure, see `structuralSharing`. */
  readonly isEqual?: ((before: Data, after: Data) => boolean) | undefined
  /** Whether the key is loaded by itself; `refetch` always loads. Default `true`. */
  readonly enabled?: boolean | undefined
  /** Shown until there is a value; a function gets what was shown for the key before. Never stored. Default: none. */
  readonly placeholder?: Value | ((previous: Value | undefined) => Value | undefined) | undefined
  /** Whether the value of the key before is shown, as a placeholder, until there is one of the new key. Default `false`. */
  readonly keepPrevious?: boolean | undefined
  /** When it is read again. */
  readonly refetchOn?: RefetchOptions | undefined
  /** Whether parts of plain objects and lists that say the same as before stay the same objects. Default `true`. */
  readonly structuralSharing?: boolean | undefined
}

/** What an observer does. */
export interface Plan {
  readonly load: LoadOptions
  readonly select: ((value: unknown) => unknown) | undefined
  readonly isEqual: ((before: unknown, after: unknown) => boolean) | undefined
  readonly isEnabled: boolean
  readonly placeholder: unknown
  readonly isKeepingPrevious: boolean
  readonly isSharing: boolean
  readonly on: Readonly<Record<'mount' | 'focus' | 'reconnect', boolean>>
  /** `Infinity`: never. */
  readonly intervalMs: number
}

type OwnOption = Exclude<keyof ObserveOptions, keyof typeof FRESHNESS_OPTIONS>

const OPTIONS: OptionTable<OwnOption> = {
  tags: true,
  judgedBy: true,
  select: functionOption,
  isEqual: functionOption,
  enabled: booleanOption,
  placeholder: true,
  keepPrevious: booleanOption,
  refetchOn: true,
  structuralSharing: booleanOption,
}

const REFETCH_OPTIONS: OptionTable<keyof RefetchOptions> = {
  mount: booleanOption,
  focus: booleanOption,
  reconnect: booleanOption,
  interval: true,
}

/** A shorter one would be a loop. */
const MIN_INTERVAL_MS = 10

/** @throws ConfigError for a wrong option. */
export function planOf(options: ObserveOptions<never, never> = {}): Plan {
  checkOptions(options, 'observe', FRESHNESS_OPTIONS, OPTIONS)
  const { select, isEqual, enabled, placeholder, keepPrevious, refetchOn = {}, structuralSharing, ...load } = options
  checkOptions(refetchOn, 'refetchOn', REFETCH_OPTIONS)
  const { mount = true, focus = true, reconnect = true, interval = false } = refetchOn
  const intervalMs = interval === false ? Number.POSITIVE_INFINITY : toMs(interval, 'interval')
  if (intervalMs < MIN_INTERVAL_MS) {
    throw wrongOption('interval', `${MIN_INTERVAL_MS}ms or longer`, interval, "Use for example `'30s'`, or `false`.")
  }
  return {
    load,
    select: select as Plan['select'],
    isEqual: isEqual as Plan['isEqual'],
    isEnabled: enabled ?? true,
    placeholder,
    isKeepingPrevious: keepPrevious ?? false,
    isSharing: structuralSharing ?? true,
    on: { mount, focus, reconnect },
    intervalMs,
  }
}
