/** Runs one race of one contestant, several times, on an emptied Redis each time. */
import type { Redis } from 'ioredis'
import { Lab } from './lab.ts'
import { fail, notApplicable, type Outcome, repeated, worst } from './outcome.ts'
import type { Peer } from './peer.ts'
import type { Race } from './race-list.ts'

/** What a race runs on. */
export interface Ground {
  readonly admin: Redis
  readonly url: string
  readonly rounds: number
  /** Settles with the next error that nobody catches. */
  nextStray(): Promise<unknown>
}

/** What a race says of a contestant. */
export async function run(race: Race, peer: Peer, ground: Ground): Promise<Outcome> {
  const lack = race.needs.map((need) => peer.lacks[need]).find((reason) => reason !== undefined)
  if (lack !== undefined) return notApplicable(lack)
  const outcomes: Outcome[] = []
  for (let round = 0; round < ground.rounds; round++) outcomes.push(await runOnce(race, peer, ground))
  return repeated(outcomes)
}

async function runOnce(race: Race, peer: Peer, ground: Ground): Promise<Outcome> {
  const outcomes: [string, Outcome][] = []
  for (const [setting, start] of Object.entries(race.runs)) {
    const lab = new Lab(peer, ground.admin, ground.url)
    const stray = ground
      .nextStray()
      .then((error) =>
        fail(`an error that no call reports, and that by default ends the process: \`${String(error)}\``),
      )
    const running = start(lab).catch((error: unknown) => fail(String(error)))
    outcomes.push([setting, await Promise.race([running, stray])])
    await lab.close()
    await running
  }
  return worst(outcomes)
}
