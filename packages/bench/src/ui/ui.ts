/** `pnpm bench ui`: the same screens in React and in Vue, with Hotpath and beside what else loads for components. */
import { join } from 'node:path'
import { type PageApi, type Tab, chromium, serveSite } from '@hotpath/browsers'
import { goal, median } from '../rounds.ts'
import type * as page from './measure.ts'
import { printBytes } from './sizes.ts'

const FRAMEWORKS = { react: ['hotpath', 'tanstack', 'swr'], vue: ['hotpath', 'tanstack'] } as const
/** What is built, as pages get it. */
const CONDITIONS = ['browser', 'production']
const ROUTES = 50

type Framework = keyof typeof FRAMEWORKS

/** What one library came to in a round. */
interface Row {
  readonly shared: page.Outcome
  readonly many: Many
  readonly screens: Readonly<Record<ScreenName, Use>>
  readonly mountUs: number
}

/** A thousand keys that are invalidated. */
interface Many extends page.Outcome {
  /** Of the processor: the longest task. */
  readonly longestMs: number
}

/** A screen that is used twenty times. */
interface Use extends page.Outcome {
  /** Of the processor. */
  readonly scriptMs: number
}

const SCREENS = ['list', 'detail', 'change'] as const
type ScreenName = (typeof SCREENS)[number]

/** Measures in Chromium what is built for production. */
export async function ui(quick: boolean): Promise<void> {
  if (chromium.missing !== undefined) throw new Error(chromium.missing)
  const site = await serveSite({
    pages: {
      react: join(import.meta.dirname, 'react-page.tsx'),
      vue: join(import.meta.dirname, 'vue-page.ts'),
    },
    conditions: CONDITIONS,
    isIsolated: true,
  })
  const engine = await chromium.launch({})
  try {
    console.log(`Chromium ${engine.version}, ${quick ? 3 : 9} rounds, medians\n`)
    for (const framework of Object.keys(FRAMEWORKS) as Framework[]) {
      const tab = await engine.open(site.url(framework))
      await compare(tab, framework, quick ? 3 : 9)
      await left(tab, FRAMEWORKS[framework])
      await tab.close()
    }
    await printBytes(FRAMEWORKS, CONDITIONS)
  } finally {
    await engine.close()
    await site.close()
  }
}

/** A B C A B C …, so that a noisy machine hits all alike; the first round warms up. */
async function compare(tab: Tab, framework: Framework, rounds: number): Promise<void> {
  const api = tab.page<typeof page>()
  const names = FRAMEWORKS[framework]
  const all = new Map<string, Row[]>(names.map((name) => [name, []]))
  const bare: { readonly mountUs: number; readonly longestMs: number }[] = []
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const row = await measure(tab, api, name)
      if (round > 0) all.get(name)?.push(row)
    }
    await api.shared('bare')
    const { longestMs } = await invalidateMany(tab, api, 'bare')
    if (round > 0) bare.push({ longestMs, mountUs: await api.mountUs('bare') })
  }
  print(framework, all)
  const of = (name: string, number: (row: Row) => number): number => median((all.get(name) ?? []).map(number))
  const [own, other] = ['hotpath', 'tanstack'].map((name) => of(name, ({ mountUs }) => mountUs)) as [number, number]
  const alone = (number: (row: (typeof bare)[number]) => number): string => median(bare.map(number)).toFixed(1)
  console.log(`\nWithout any library a component is mounted and unmounted in ${alone(({ mountUs }) => mountUs)} µs,`)
  console.log(`and the longest task, for 1,000 components, takes ${alone(({ longestMs }) => longestMs)} ms.\n`)
  goal(`${framework}: mounting and unmounting, to TanStack Query`, own / other, { atMost: 1.2 })
  goal(
    `${framework}: loads for 100 components of one key`,
    of('hotpath', ({ shared }) => shared.loads),
    { atMost: 1 },
  )
  goal(
    `${framework}: renders of each, with the first`,
    of('hotpath', ({ shared }) => shared.renders / 100),
    { atMost: 2 },
  )
  goal(
    `${framework}: renders of 1,000 components of one tag`,
    of('hotpath', ({ many }) => many.renders),
    {
      atMost: 1_000,
    },
  )
  goal(
    `${framework}: passes for them`,
    of('hotpath', ({ many }) => many.passes),
    { atMost: 1 },
  )
  goal(
    `${framework}: the longest task for them, ms of the processor`,
    of('hotpath', ({ many }) => many.longestMs),
    { atMost: 50 },
  )
  console.log()
}

async function measure(tab: Tab, api: PageApi<typeof page>, name: string): Promise<Row> {
  const shared = await api.shared(name)
  const many = await invalidateMany(tab, api, name)
  const screens = {
    list: await use(tab, api, { name, screen: 'list' }),
    detail: await use(tab, api, { name, screen: 'detail' }),
    change: await use(tab, api, { name, screen: 'change' }),
  }
  return { shared, many, screens, mountUs: await api.mountUs(name) }
}

async function invalidateMany(tab: Tab, api: PageApi<typeof page>, name: string): Promise<Many> {
  await api.showMany(name)
  let outcome: page.Outcome | undefined
  const longestMs = await tab.longestTaskMs(async () => {
    outcome = await api.invalidateMany()
  })
  if (outcome === undefined) throw new Error('Nothing was measured.')
  await api.leaveMany(outcome)
  return { ...outcome, longestMs }
}

async function use(
  tab: Tab,
  api: PageApi<typeof page>,
  { name, screen }: { readonly name: string; readonly screen: ScreenName },
): Promise<Use> {
  const before = await tab.metrics()
  const outcome = await api.use(name, screen)
  const { scriptMs } = await tab.metrics()
  return { ...outcome, scriptMs: scriptMs - before.scriptMs }
}

function print(framework: string, all: ReadonlyMap<string, readonly Row[]>): void {
  const names = [...all.keys()]
  const line = (what: string, number: (row: Row) => number, digits = 0): void => {
    const cells = names.map((name) => median((all.get(name) ?? []).map(number)).toFixed(digits))
    console.log(`| ${what} | ${cells.join(' | ')} |`)
  }
  console.log(`| ${framework} | ${names.join(' | ')} |\n| --- | ${names.map(() => '--:').join(' | ')} |`)
  line('100 components of one key: loads', ({ shared }) => shared.loads)
  line('renders, the first ones counted', ({ shared }) => shared.renders)
  line('1,000 components, all invalidated: renders', ({ many }) => many.renders)
  line('changes of the page', ({ many }) => many.passes)
  line('until all are shown, ms', ({ many }) => many.ms, 1)
  line('the longest task, ms of the processor', ({ many }) => many.longestMs, 1)
  for (const screen of SCREENS) {
    line(`${screen}, 20 times: renders`, ({ screens }) => screens[screen].renders)
    line('in scripts, ms of the processor', ({ screens }) => screens[screen].scriptMs, 1)
  }
  line('mount and unmount a component, µs', ({ mountUs }) => mountUs, 1)
}

/** What is left of each library when its screens have changed fifty times, and fifty times more, in a page for itself. */
async function left(tab: Tab, names: readonly string[]): Promise<void> {
  const api = tab.page<typeof page>()
  console.log(`| after ${ROUTES} changes of route | observers | timers | listeners added | nodes added | kB added |`)
  console.log('| --- | --: | --: | --: | --: | --: |')
  for (const name of names) {
    await tab.reload()
    await api.routes(name, ROUTES)
    const before = await tab.metrics()
    const { timers, observers = Number.NaN } = await api.routes(name, ROUTES)
    const after = await tab.metrics()
    const listeners = after.listeners - before.listeners
    const kB = (after.heapBytes - before.heapBytes) / 1_000
    const cells = [observers, timers, listeners, after.nodes - before.nodes, kB.toFixed(0)]
    console.log(`| ${[name, ...cells].join(' | ')} |`)
    const isClean = timers === 0 && listeners <= 0 && !(observers > 0)
    if (name === 'hotpath' && !isClean) throw new Error('Something of Hotpath is left in the page.')
  }
  console.log()
}
