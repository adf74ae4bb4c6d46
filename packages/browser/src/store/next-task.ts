/**
 * Calls back in a task of its own, so that the page can paint and hear of input first. By a message, as timers are held back:
 * those of hidden pages for a second, those set by timers for 4 ms.
 */
export function inNextTask(callback: () => void): void {
  // Workers outside of browsers may have none.
  if (typeof MessageChannel === 'undefined') return queueMicrotask(callback)
  const { port1, port2 } = new MessageChannel()
  port1.addEventListener('message', () => {
    port1.close()
    callback()
  })
  port1.start()
  port2.postMessage(null)
}

/** Works through a list in parts, each in a task of its own; rejects when all have been begun and one has failed. */
export async function inTasks<Item>(
  items: readonly Item[],
  size: number,
  work: (some: readonly Item[]) => Promise<void>,
): Promise<void> {
  const working: Promise<void>[] = []
  for (let from = 0; from < items.length; from += size) {
    // Asked for before the work asks for a task of its own, which so comes after the next part.
    const next = from + size < items.length ? new Promise<void>(inNextTask) : undefined
    const some = work(items.slice(from, from + size))
    // Whoever waits hears of it at the end.
    some.catch(() => {})
    working.push(some)
    await next
  }
  await Promise.all(working)
}
