/** The name that was meant by one that nobody knows. */

const MAX_NAME = 40
const MAX_AWAY = 3

/**
 * The name that is written most alike, when it is so much alike that it was probably meant.
 *
 * @example
 * ```ts
 * import { nearestName } from '@hotpath/contract/nearest-name'
 *
 * console.log(nearestName('tikcets', ['users', 'tickets']), nearestName('pages', ['users'])) // tickets undefined
 * ```
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined
  let most = Math.min(3, Math.ceil(name.length / 3))
  for (const one of known) {
    const away = distance(name.toLowerCase(), one.toLowerCase())
    if (away > most || (away === most && nearest !== undefined)) continue
    most = away
    nearest = one
  }
  return nearest
}

/**
 * Letters to add, drop or replace, and neighbours to swap (optimal string alignment; Boytsov, "Indexing methods for
 * approximate dictionary searching", 2011). O(n × m); names are short, and longer ones are not compared.
 */
function distance(from: string, to: string): number {
  if (from.length > MAX_NAME || Math.abs(from.length - to.length) > MAX_AWAY) return MAX_NAME
  let before: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const cost = from[i - 1] === to[j - 1] ? 0 : 1
      let least = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + cost)
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        least = Math.min(least, (before[j - 2] as number) + 1)
      }
      next.push(least)
    }
    before = row
    row = next
  }
  return row[to.length] as number
}
