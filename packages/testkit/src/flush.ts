/**
 * Lets promise callbacks run until nothing is left to do, without timers: awaits `turns` times in a row.
 *
 * Work that waits for real input or output is not waited for. The number of turns is fixed, so that a test does the
 * same on every run.
 *
 * @param turns - How many steps of a promise chain are let through. Default 100.
 */
export async function flush(turns = 100): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve()
}
