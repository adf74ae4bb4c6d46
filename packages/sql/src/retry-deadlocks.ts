const ATTEMPTS = 5

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
    }
  }
}
