/** Work on the event loop's own thread, in slices short enough that others get their turn. */
const SLICE_MS = 3

/** Runs a step for each part of a list, with pauses. */
export async function inSlices<Item>(
  items: readonly Item[],
  size: number,
  step: (some: readonly Item[]) => Promise<void> | void,
): Promise<void> {
  // Most are small, and the first part is run within the call.
  if (items.length <= size) return step(items)
  let end = performance.now() + SLICE_MS
  for (let from = 0; from < items.length; from += size) {
    if (from > 0 && performance.now() >= end) {
      await new Promise((resolve) => void setImmediate(resolve))
      end = performance.now() + SLICE_MS
    }
    await step(items.slice(from, from + size))
  }
}
