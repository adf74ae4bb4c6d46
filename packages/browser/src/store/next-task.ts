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
