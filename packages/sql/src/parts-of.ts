/** A list in parts, in order, each as large as it may be: a statement takes only so much. */
export function partsOf<Item>(
  items: readonly Item[],
  max: { readonly count: number; readonly bytes?: number },
  bytesOf: (item: Item) => number = () => 0,
): Item[][] {
  const parts: Item[][] = []
  let bytes = 0
  for (const item of items) {
    const part = parts.at(-1)
    bytes += bytesOf(item)
    if (part === undefined || part.length === max.count || (max.bytes !== undefined && bytes > max.bytes)) {
      parts.push([item])
      bytes = bytesOf(item)
    } else part.push(item)
  }
  return parts
}
