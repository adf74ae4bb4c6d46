import { PageEvents } from '../events.ts'
import type { LevelEvent, MemoryLevel, MemoryWatch } from '../memory.ts'

/** Memory that a test fills. */
export interface FakeMemory extends MemoryWatch {
  /** Memory is so full from now on. */
  set(level: MemoryLevel): void
}

const SHARE: Readonly<Record<MemoryLevel, number>> = { normal: 0.5, warning: 0.85, critical: 0.95 }
const BUDGET_BYTES = 50 * 1_048_576

/**
 * Makes a watch of memory that is at `'normal'`.
 *
 * @example
 * ```ts
 * import { createFakeMemory } from '@hotpath/web/testing'
 *
 * const memory = createFakeMemory()
 * memory.on('critical', ({ source }) => console.log(source)) // used
 * memory.set('critical')
 * ```
 */
export function createFakeMemory(): FakeMemory {
  const events = new PageEvents<LevelEvent>('memory', 'normal', 'warning', 'critical')
  let level: MemoryLevel = 'normal'
  return {
    get level() {
      return level
    },
    check: () => level,
    set(next) {
      if (next === level) return
      level = next
      const usedBytes = SHARE[next] * BUDGET_BYTES
      events.emit({ type: next, source: 'used', usedBytes, budgetBytes: BUDGET_BYTES })
    },
    on: (type, listener) => events.on(type, listener),
    close: () => events.close(),
  }
}
