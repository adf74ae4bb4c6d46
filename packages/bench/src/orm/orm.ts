/** The optimizer below Kysely, Drizzle and Prisma: what it adds to a query that misses, and how much faster one is that hits. */
import { performance } from 'node:perf_hooks'
import { goal, median } from '../rounds.ts'
import type { Contestant, Orm } from './contestant.ts'
import { type Accounts, ROWS, startAccounts } from './database.ts'
import { load } from './load.ts'
import { openOrms } from './orms.ts'
import { printPhases, printPhasesHead, watchPools } from './phases.ts'

/** So many hits are timed together: one alone is shorter than the clock is exact. */
const HITS = 20

/** So many misses until V8 has compiled all of one. Before that, those of the optimizer take up to half as long again. */
const COMPILED_AFTER = 20_000

/** Runs it. */
export async function orm(quick: boolean): Promise<void> {
  const database = await startAccounts()
  const orms = await openOrms(database)
  try {
    console.log('A row by its key, and ten rows of a branch: medians of µs, bare and ours interleaved')
    console.log(
      '| | bare | a miss | × | a hit | × | the ORM alone | × |\n| --- | --: | --: | --: | --: | --: | --: | --: |',
    )
    const measured: (readonly [string, Times])[] = []
    const [warmUp, rounds] = quick ? [100, 200] : [400, 800]
    for (const one of orms.all) {
      await compile(one, quick ? 1_000 : COMPILED_AFTER)
      const row = await measure(one, 'row', { warmUp, rounds })
      measured.push([one.name, row])
      print(`${one.name}, a row`, row)
      // There are 500 branches.
      print(`${one.name}, ten rows`, await measure(one, 'rows', { warmUp: 100, rounds: quick ? 100 : 300 }))
    }
    console.log()
    for (const [name, { bare, miss, hit, floor }] of measured) {
      goal(`${name}: a miss, to the bare ORM`, miss / bare, { atMost: 1.05 })
      goal(`${name}: a hit, how many times as fast`, bare / hit, { atLeast: 10 })
      console.log(
        `    ${(bare / floor).toFixed(1)} with a driver that answers at once; a hit takes ${(hit - floor).toFixed(1)} µs more`,
      )
    }
    await phases(database, quick)
    await load(database, quick ? 5_000 : 40_000)
  } finally {
    await orms.close()
    await database.close()
  }
}

interface Times {
  readonly bare: number
  readonly miss: number
  readonly hit: number
  /** With a driver that answers at once. */
  readonly floor: number
}

/** Where the time of a miss goes. */
async function phases(database: Accounts, quick: boolean): Promise<void> {
  const { watched, passed } = watchPools(database)
  const orms = await openOrms(watched)
  try {
    printPhasesHead()
    for (const one of orms.all) {
      await compile(one, quick ? 1_000 : COMPILED_AFTER)
      await printPhases(one, passed, quick ? 1_000 : 10_000)
    }
  } finally {
    await orms.close()
  }
}

/** Misses of rows that are not measured. */
async function compile({ bare, ours }: Orm, misses: number): Promise<void> {
  for (let id = ROWS; id > ROWS - misses; id--) {
    await bare.row(id)
    await ours.row(id)
  }
}

async function measure(
  { bare, ours, floor }: Orm,
  of: keyof Contestant,
  { warmUp, rounds }: { readonly warmUp: number; readonly rounds: number },
): Promise<Times> {
  const times = { bare: [] as number[], miss: [] as number[], hit: [] as number[], floor: [] as number[] }
  for (let round = 0; round < warmUp + rounds; round++) {
    const which = round + 1
    const ways = {
      bare: () => timed(() => bare[of](which)),
      miss: () => timed(() => ours[of](which)),
    }
    for (const way of round % 2 === 0 ? (['bare', 'miss'] as const) : (['miss', 'bare'] as const)) {
      const time = await ways[way]()
      if (round >= warmUp) times[way].push(time)
    }
    for (const [name, contestant] of [
      ['hit', ours],
      ['floor', floor],
    ] as const) {
      const hits = await timed(async () => {
        for (let hit = 0; hit < HITS; hit++) await contestant[of](which)
      })
      if (round >= warmUp) times[name].push(hits / HITS)
    }
  }
  return { bare: median(times.bare), miss: median(times.miss), hit: median(times.hit), floor: median(times.floor) }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await run()
  return (performance.now() - startedAt) * 1_000
}

function print(name: string, { bare, miss, hit, floor }: Times): void {
  const [missed, faster, most] = [(miss / bare).toFixed(2), (bare / hit).toFixed(1), (bare / floor).toFixed(1)]
  const columns = [bare.toFixed(0), miss.toFixed(0), missed, hit.toFixed(1), faster, floor.toFixed(1), most]
  console.log(`| ${name} | ${columns.join(' | ')} |`)
}
