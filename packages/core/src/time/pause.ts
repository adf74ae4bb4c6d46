import type { Clock } from '@hotpath/contract'

/** A promise that resolves after a time, and what ends the waiting for it. */
export function pause(clock: Clock, ms: number): readonly [over: Promise<void>, cancel: () => void] {
  let cancel = (): void => {}
  const over = new Promise<void>((resolve) => {
    cancel = clock.after(ms, resolve)
  })
  return [over, cancel]
}
