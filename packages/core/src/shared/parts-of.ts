/** A list in parts of at most `max`, in order; one that is short enough is its only part. */
export function partsOf<Item>(items: readonly Item[], max: number): (readonly Item[])[] {
  if (items.length <= max) return [items]
  const parts: Item[][] = []
  for (let from = 0; from < items.length; from += max) parts.push(items.slice(from, from + max))
  return parts
}
