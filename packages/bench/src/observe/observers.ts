/** Observed keys in Chromium, beside TanStack Query: showing and leaving, one tag of a thousand, one key of ten thousand. */
import { join } from 'node:path'
import { chromium, serveSite, type PageApi } from '@hotpath/browsers'
import { goal, median } from '../rounds.ts'
import type * as page from './page.ts'

const LIBRARIES = ['hotpath', 'query-core'] as const

type Page = PageApi<typeof page>
type Row = Readonly<Record<(typeof LIBRARIES)[number], number>>

export async function observers(quick: boolean): Promise<void> {
  if (chromium.missing !== undefined) throw new Error(chromium.missing)
  const site = await serveSite({ pages: { page: join(import.meta.dirname, 'page.ts') }, isIsolated: true })
  const browser = await chromium.launch()
  try {
    const tab = await browser.open(site.url('page'))
    console.log(`Chromium ${browser.version}, medians\n`)
    await measure(tab.page<typeof page>(), quick ? 5 : 15)
  } finally {
    await browser.close()
    await site.close()
  }
}

async function measure(api: Page, rounds: number): Promise<void> {
  for (const name of LIBRARIES) await api.prepare(name)
  const subscribe = await compare(rounds, (name) => api.subscribeUs(name))
  const passes = await compareAll(rounds, (name) => api.invalidateMs(name))
  const pass = rowOf(passes, ({ pass: ms }) => ms)
  const loaded = rowOf(passes, ({ loaded: ms }) => ms)
  const ones = await compareAll(3, (name) => api.oneOfMany(name))
  const us = rowOf(ones, (one) => one.us)
  const calls = rowOf(ones, (one) => one.calls / 200)
  console.log('| | hotpath | query-core |\n| --- | --: | --: |')
  print('show a key that is there, and take it away, µs', subscribe)
  print('1,000 observed keys of one tag: until all are known to be wrong, ms', pass)
  print('the same: until all are loaded, ms', loaded)
  print('1 of 10,000 observed keys is stored: until its observer is called, µs', us)
  print('observers called for it', calls)
  const grown = growth(await compareAll(3, (name) => api.bytesAfterMounts(name)))
  print('bytes of the page after 30,000 keys were shown and taken away, to those after 20,000', grown)
  console.log()
  goal('showing and leaving, to query-core', subscribe.hotpath / subscribe['query-core'], { atMost: 1.2 })
  goal('a pass over 1,000 observers, ms', pass.hotpath, { atMost: 16 })
  goal('observers called for one key of 10,000', calls.hotpath, { atMost: 1 })
  goal('growth of memory by 10,000 keys shown and taken away', grown.hotpath, { atMost: 1.02 })
}

/** A B A B …, so that a noisy machine hits both alike. */
async function compareAll<Result>(
  rounds: number,
  run: (name: string) => Promise<Result>,
): Promise<Map<string, Result[]>> {
  const all = new Map<string, Result[]>(LIBRARIES.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of LIBRARIES) all.get(name)?.push(await run(name))
  }
  return all
}

async function compare(rounds: number, run: (name: string) => Promise<number>): Promise<Row> {
  return rowOf(await compareAll(rounds, run), (number) => number)
}

function rowOf<Result>(all: ReadonlyMap<string, readonly Result[]>, of: (result: Result) => number): Row {
  const [hotpath, core] = LIBRARIES.map((name) => median((all.get(name) ?? []).map(of))) as [number, number]
  return { hotpath, 'query-core': core }
}

function growth(bytes: ReadonlyMap<string, readonly number[]>): Row {
  const [hotpath, core] = LIBRARIES.map((name) => {
    const [, second = Number.NaN, third = Number.NaN] = bytes.get(name) ?? []
    return third / second
  }) as [number, number]
  return { hotpath, 'query-core': core }
}

function print(what: string, row: Row): void {
  console.log(`| ${what} | ${LIBRARIES.map((name) => row[name].toPrecision(3)).join(' | ')} |`)
}
