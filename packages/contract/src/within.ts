import type { Clock } from './ports/clock.ts'
import { timeLimit } from './time-limit.ts'

/** How long a promise is waited for. */
export interface WithinOptions<Value> {
  /** The clock that measures it. */
  readonly clock: Clock
  /** In milliseconds; `Infinity`: without end. */
  readonly limitMs: number
  /** Makes the error when the time is up. */
  readonly expired: () => Error
  /** Gets what the promise resolves to after that, to release it. */
  readonly late?: ((value: Value) => void) | undefined
  /** Whether the process is kept alive meanwhile, because a caller waits. Default `false`. */
  readonly hold?: boolean | undefined
}

/**
 * Waits for a promise, but not longer than a time. What the promise stands for goes on, and it may still come to pass.
 *
 * @example
 * ```ts
 * import { systemClock, within } from '@hotpath/contract'
 *
 * const never = new Promise<string>(() => {})
 * const expired = () => new Error('no response within 10 ms')
 * const answer = within(never, { clock: systemClock, limitMs: 10, expired, hold: true })
 * console.log(await answer.catch((error: Error) => error.message)) // no response within 10 ms
 * ```
 */
export function within<Value>(
  promise: Promise<Value>,
  { clock, limitMs, expired, late, hold = false }: WithinOptions<Value>,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    let isOver = false
    const release = hold ? clock.hold?.() : undefined
    const end = (): void => {
      cancel()
      release?.()
    }
    const cancel = timeLimit(clock, limitMs, () => {
      isOver = true
      release?.()
      reject(expired())
    })
    promise.then(
      (value) => {
        end()
        if (isOver) late?.(value)
        else resolve(value)
      },
      (error: unknown) => {
        end()
        reject(error)
      },
    )
  })
}
