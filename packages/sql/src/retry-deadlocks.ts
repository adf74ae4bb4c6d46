import { setTimeout as pause } from 'node:timers/promises'

const ATTEMPTS = 8
const MAX_PAUSE_MS = 20

/** Runs again what the server ended because it and another waited for each other: nothing of it was kept. */
export async function retryDeadlocks<Result>(
  isDeadlock: (cause: unknown) => boolean,
  run: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (!isDeadlock(error) || attempt === ATTEMPTS) throw error
      // Uneven, so that those who met do not meet again.
      await pause(Math.random() * MAX_PAUSE_MS)
    }
  }
}
