/** Counts the timers of the page that wait. Imported before the libraries, which may take the functions for themselves. */
const waiting = new Set<number>()
const { setTimeout: begin, clearTimeout: cancel, setInterval: repeat, clearInterval: end } = globalThis

globalThis.setTimeout = ((call: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
  const id = begin(() => {
    waiting.delete(id)
    call(...args)
  }, ms) as unknown as number
  waiting.add(id)
  return id
}) as typeof setTimeout
globalThis.setInterval = ((call: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
  const id = repeat(call, ms, ...args) as unknown as number
  waiting.add(id)
  return id
}) as typeof setInterval
globalThis.clearTimeout = (id) => {
  waiting.delete(id as unknown as number)
  cancel(id)
}
globalThis.clearInterval = (id) => {
  waiting.delete(id as unknown as number)
  end(id)
}

/** How many timers wait. */
export function timers(): number {
  return waiting.size
}
