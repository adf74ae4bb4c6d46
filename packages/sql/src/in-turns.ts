/** Runs a step for each item, a few at a time: a large batch leaves connections of the pool for others. */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  width: number,
  step: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  let isFailed = false
  async function worker(): Promise<void> {
    while (next < items.length && !isFailed) {
      const index = next++
      try {
        results[index] = await step(items[index] as Item)
      } catch (error) {
        isFailed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
  return results
}
