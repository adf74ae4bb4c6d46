/**
 * Finds the keys that make a batch fail as a whole, by halves, so that all others are answered. Depth first, because
 * then the failures in a row tell one bad key from a source that is down: with one bad key, no more calls in a row can
 * fail than it takes to get it alone. Pure but for the calls that it is given.
 */

/** Calls for a part; `undefined` when it was answered, else the error of the part as a whole. */
type Ask<Member> = (part: readonly Member[]) => Promise<{ readonly error: unknown } | undefined>

/** Divides what failed. `fail` is called for members that fail alone, and for all that are left when it gives up. */
export async function isolate<Member>(
  failed: readonly Member[],
  ask: Ask<Member>,
  fail: (members: readonly Member[], error: unknown) => void,
): Promise<void> {
  const maxFailures = Math.ceil(Math.log2(failed.length)) + 1
  const parts = halvesOf(failed)
  let failures = 0
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const outcome = await ask(part)
    if (outcome === undefined) {
      failures = 0
      continue
    }
    failures++
    if (failures > maxFailures) {
      fail([...part, ...parts.flat()], outcome.error)
      return
    }
    if (part.length === 1) fail(part, outcome.error)
    else parts.push(...halvesOf(part))
  }
}

/** The second half first, as the last one is taken first. */
function halvesOf<Member>(members: readonly Member[]): (readonly Member[])[] {
  const middle = Math.ceil(members.length / 2)
  return [members.slice(middle), members.slice(0, middle)]
}
