import type { Clock } from '@hotpath/contract'
import type { Call } from '../call/call.ts'
import { startTimer } from './system-clock.ts'

/** Waits, or rejects with the reason when the call is aborted meanwhile. Leaves no timer and no listener behind. */
export function wait(clock: Clock, delayMs: number, call: Call | undefined): Promise<void> {
  if (call?.aborted === true) return Promise.reject(call.reason)
  if (delayMs <= 0) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const signal = call?.abortable === true ? call.signal : undefined
    const onAbort = (): void => {
      timer.cancel()
      reject(signal?.reason)
    }
    const timer = startTimer(clock, delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
