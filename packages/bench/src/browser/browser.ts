/** `pnpm bench browser`: a cache of a page in Chromium, beside what else stores values there. */
import { join } from 'node:path'
import { type PageApi, type Tab, chromium, serveSite } from '@hotpath/browsers'
import { goal, median } from '../rounds.ts'
import type * as measured from './page.ts'
import { printSizes } from './sizes.ts'

type Page = PageApi<typeof measured>

/** What the browser itself takes for it: no store of records can be faster. */
const FLOOR = 'floor: one transaction'
/** The same, read by ranges: for it the keys must be neighbours. */
const RANGES = 'floor: by ranges'
const NAMES = ['hotpath', 'one transaction each', 'idb-keyval', 'localforage', 'TanStack persister', FLOOR, RANGES]
const COUNT = 1_000

/** Measures in fresh profiles of what is built. */
export async function browser(quick: boolean): Promise<void> {
  if (chromium.missing !== undefined) throw new Error(chromium.missing)
  await printSizes()
  const site = await serveSite({
    pages: { measured: join(import.meta.dirname, 'page.ts') },
    conditions: ['browser', 'production'],
    isIsolated: true,
  })
  const engine = await chromium.launch({})
  try {
    console.log(`Chromium ${engine.version}, ${quick ? 3 : 7} rounds, medians\n`)
    const tab = await engine.open(site.url('measured'))
    await stores(tab, quick ? 3 : 7)
    await others(tab, quick)
    await agreement(tab, await engine.open(site.url('measured')), quick ? 5 : 25)
  } finally {
    await engine.close()
    await site.close()
  }
}

/** A thousand writes of 1 kB, a reload, and a thousand reads, each in turn. */
async function stores(tab: Tab, rounds: number): Promise<void> {
  const page = tab.page<typeof measured>()
  const times = new Map(NAMES.map((name) => [name, { writes: [] as number[], reads: [] as number[] }]))
  for (let round = 0; round <= rounds; round++) {
    for (const name of NAMES) await page.open(name)
    for (const name of NAMES) note(times.get(name)?.writes, round, await page.write(name, round, COUNT))
    await tab.reload()
    for (const name of NAMES) await page.open(name)
    for (const name of NAMES) note(times.get(name)?.reads, round, await page.read(name, round, COUNT))
  }
  const base = times.get('one transaction each')
  console.log(`${'1,000 values of 1 kB'.padEnd(24)}  writes    ×  reads    ×`)
  for (const [name, { writes, reads }] of times) {
    const [write, read] = [median(writes), median(reads)]
    const ratios = [median(base?.writes ?? []) / write, median(base?.reads ?? []) / read].map((ratio) =>
      ratio.toFixed(1),
    )
    console.log(`${name.padEnd(24)} ${ms(write)} ${ratios[0]?.padStart(4)} ${ms(read)} ${ratios[1]?.padStart(4)}`)
  }
  console.log()
  const [own, each] = [times.get('hotpath'), times.get('one transaction each')]
  goal('writes, to one transaction each', median(each?.writes ?? []) / median(own?.writes ?? []), { atLeast: 8 })
  goal('reads, to one transaction each', median(each?.reads ?? []) / median(own?.reads ?? []), { atLeast: 4 })
  for (const what of ['writes', 'reads'] as const) {
    const least = Math.min(...[FLOOR, RANGES].map((name) => median(times.get(name)?.[what] ?? [])))
    const [most, share] = [median(each?.[what] ?? []) / least, median(own?.[what] ?? []) / least]
    console.log(
      `  The browser's own ${what} in one transaction: ${most.toFixed(1)} × as fast as in one each; ours take ${share.toFixed(1)} × as long.`,
    )
  }
}

async function others(tab: Tab, quick: boolean): Promise<void> {
  const page: Page = tab.page<typeof measured>()
  await page.firstRead()
  const first: number[] = []
  for (let round = 0; round < (quick ? 5 : 15); round++) {
    await tab.reload()
    first.push(await page.firstRead())
  }
  if (first.includes(-1)) throw new Error('The value of the visit before was not found.')
  goal('the first read after a start, from IndexedDB, ms', median(first), { atMost: 40 })
  await warmStart(tab, quick ? 5 : 15)
  await page.write('hotpath', 98, 1_000)
  await tab.reload()
  await page.open('hotpath')
  console.log(`  a hundred values read in one turn, ms: ${(await page.firstScreen(98)).toFixed(1)}`)
  const { hit, map, ratio } = await page.memoryHit(quick ? 50_000 : 200_000)
  goal('a hit in memory, to a Map and a promise', ratio, { atMost: 2 })
  console.log(`  ${hit.toFixed(0)} ns, a Map and a promise ${map.toFixed(0)} ns`)
  const written = await page.longestTask('write', 5_000)
  goal('the longest task while 5 MB are written, ms (0: below 50)', written, { atMost: 50 })
  await page.write('hotpath', 99, 10_000)
  await tab.reload()
  await page.open('hotpath')
  goal('the longest task of a start with 16,000 stored, ms (0: below 50)', await page.longestOfStart(), { atMost: 50 })
  const read = await page.longestTask('read', 10_000)
  goal('the longest task while 10,000 entries are read, 100 at a time, ms (0: below 50)', read, { atMost: 50 })
}

/** The first hundred reads of a visit, with what was hot read ahead and without. */
async function warmStart(tab: Tab, rounds: number): Promise<void> {
  const page = tab.page<typeof measured>()
  const visits = { warm: [] as measured.Visit[], cold: [] as measured.Visit[] }
  for (let round = 0; round <= rounds; round++) {
    for (const kind of ['warm', 'cold'] as const) {
      const visit = await page.visit(kind === 'warm')
      if (round > 0) visits[kind].push(visit)
    }
    await tab.reload()
  }
  for (const [kind, all] of Object.entries(visits)) {
    const [ready, reads] = [median(all.map(({ readyMs }) => readyMs)), median(all.map(({ readsMs }) => readsMs))]
    console.log(
      `  ${kind} start: there after ${ready.toFixed(1)} ms, then 100 reads one after another ${reads.toFixed(1)} ms`,
    )
  }
}

/** How soon another tab drops what this one invalidates. */
async function agreement(one: Tab, other: Tab, rounds: number): Promise<void> {
  const [page, held] = [one.page<typeof measured>(), other.page<typeof measured>()]
  const times: number[] = []
  for (let round = 0; round <= rounds; round++) {
    await held.hold()
    const calledAt = await page.invalidate()
    note(times, round, (await held.goneAt()) - calledAt)
  }
  goal('an entry is dropped by another tab, ms at the median', median(times), { atMost: 10 })
}

/** Round 0 warms up. */
function note(times: number[] | undefined, round: number, tookMs: number): void {
  if (round > 0) times?.push(tookMs)
}

function ms(value: number): string {
  return `${value.toFixed(0).padStart(5)} ms`
}
