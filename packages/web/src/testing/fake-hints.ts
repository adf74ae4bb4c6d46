import { PageEvents } from '../events.ts'
import type { Hints, HintsEvent, HintValues } from '../hints.ts'

/** Hints that a test sets. */
export interface FakeHints extends Hints {
  /** Changes some of them; the others stay. */
  set(values: Partial<HintValues>): void
}

/**
 * Makes hints of a fast device: nothing is to be saved, 8 GB, 8 cores.
 *
 * @example
 * ```ts
 * import { createFakeHints } from '@hotpath/web/testing'
 *
 * const hints = createFakeHints()
 * hints.on('change', ({ saveData }) => console.log(saveData)) // true
 * hints.set({ saveData: true })
 * ```
 */
export function createFakeHints(): FakeHints {
  const events = new PageEvents<HintsEvent>('hints', 'change')
  let values: HintValues = { saveData: false, isSlow: false, memoryGb: 8, cores: 8 }
  return {
    get saveData() {
      return values.saveData
    },
    get isSlow() {
      return values.isSlow
    },
    get memoryGb() {
      return values.memoryGb
    },
    get cores() {
      return values.cores
    },
    set(some) {
      values = { ...values, ...some }
      events.emit({ type: 'change', ...values })
    },
    on: (type, listener) => events.on(type, listener),
    close: () => events.close(),
  }
}
