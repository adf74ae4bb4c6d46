/** Asks again until the answer is yes; throws what was waited for when it never is. */
export async function until(what: string, holds: () => unknown, withinMs = 10_000): Promise<void> {
  const end = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Waited ${withinMs} ms in vain: ${what}.`)
    await new Promise((resolve) => void setTimeout(resolve, 5))
  }
}
