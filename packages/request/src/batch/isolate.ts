/**
 * Finds the keys that make a batch fail as a whole, by halves, so that all others are answered. Both halves are asked for
 * before one is divided further: who shares a batch with bad keys is soon answered, and however the bad ones lie, good
 * ones come in between. Only a source that is down fails on and on. Pure but for the calls that it is given.
 */

/** Calls for a part; `undefined` when it was answered, else the error of the part as a whole. */
type Ask<Member> = (part: readonly Member[]) => Promise<{ readonly error: unknown } | undefined>

type Part<Member> = readonly Member[]

/** Divides what failed. `fail` is called for members that fail alone, and for all that are left when it gives up. */
export async function isolate<Member>(
  failed: Part<Member>,
  ask: Ask<Member>,
  fail: (members: Part<Member>, error: unknown) => void,
): Promise<void> {
  // All halves on the way down to two single members may fail of bad ones; one more, and it is not them.
  const maxFailures = 2 * Math.ceil(Math.log2(failed.length)) + 1
  let failures = 0
  const open = [halvesOf(failed)]
  for (let halves = open.pop(); halves !== undefined; halves = open.pop()) {
    const bad: Part<Member>[] = []
    for (const [index, half] of halves.entries()) {
      const outcome = await ask(half)
      failures = outcome === undefined ? 0 : failures + 1
      if (outcome === undefined) continue
      if (failures > maxFailures) {
        fail([...bad, ...halves.slice(index), ...open.flat()].flat(), outcome.error)
        return
      }
      if (half.length === 1) fail(half, outcome.error)
      else bad.push(half)
    }
    // The last one is divided first.
    open.push(...bad.toReversed().map(halvesOf))
  }
}

function halvesOf<Member>(members: Part<Member>): readonly Part<Member>[] {
  const middle = Math.ceil(members.length / 2)
  return [members.slice(0, middle), members.slice(middle)]
}
