import type { EventNamed } from '@hotpath/contract'
import { type FaultEvent, PageEvents } from './events.ts'

/** What the browser and its user say about how much to load. */
export interface HintValues {
  /** The user asked to save data. */
  readonly saveData: boolean
  /** The connection is as slow as 3G or slower. `false` where the browser does not report it. */
  readonly isSlow: boolean
  /** Memory of the device in gigabytes, rounded by the browser; in Chromium alone, in secure contexts. */
  readonly memoryGb: number | undefined
  /** Processors that the browser admits to. */
  readonly cores: number | undefined
}

/** A hint has changed. */
export interface HintsEvent extends HintValues {
  /** Which event. */
  readonly type: 'change'
}

/** Hints, as they are now. */
export interface Hints extends HintValues {
  /**
   * Listens; the function that it returns ends that. A listener that throws becomes a `fault` event.
   *
   * @param type - The event, or `'*'` for all.
   * @throws ConfigError `ERR_CONFIG_OPTION` for an event that there is not.
   */
  on<Type extends HintsEvent['type'] | 'fault' | '*'>(
    type: Type,
    listener: (event: EventNamed<HintsEvent | FaultEvent, Type>) => void,
  ): () => void
  /** Ends all subscriptions, and its own to the browser. */
  close(): void
}

/** As much of `navigator` as some engines have. */
interface HintingNavigator {
  readonly connection?: EventTarget & { readonly saveData?: boolean; readonly effectiveType?: string }
  readonly deviceMemory?: number
  readonly hardwareConcurrency?: number
}

/**
 * Reads what the browser says about the device and its connection. Where it says nothing, nothing is to be saved.
 *
 * @example
 * ```ts
 * import { createHints } from '@hotpath/web'
 *
 * const hints = createHints()
 * const prefetches = hints.saveData || hints.isSlow ? 0 : 4
 * console.log(prefetches) // 4
 * hints.close()
 * ```
 */
export function createHints(): Hints {
  const events = new PageEvents<HintsEvent>('hints', 'change')
  const navigator = (globalThis.navigator ?? {}) as HintingNavigator
  const { connection } = navigator
  const saving = globalThis.matchMedia?.('(prefers-reduced-data: reduce)')
  const device = { memoryGb: navigator.deviceMemory, cores: navigator.hardwareConcurrency }
  const read = (): Pick<HintValues, 'saveData' | 'isSlow'> => ({
    saveData: connection?.saveData === true || (saving?.matches ?? false),
    isSlow: /2g|^3g/.test(connection?.effectiveType ?? ''),
  })
  let values = read()
  const update = (): void => {
    const before = values
    values = read()
    // The browser fires for every change of an estimate.
    if (before.saveData !== values.saveData || before.isSlow !== values.isSlow)
      events.emit({ type: 'change', ...device, ...values })
  }
  for (const target of [connection, saving]) events.listen(target, 'change', update)
  return {
    ...device,
    get saveData() {
      return values.saveData
    },
    get isSlow() {
      return values.isSlow
    },
    on: (type, listener) => events.on(type, listener),
    close: () => events.close(),
  }
}
