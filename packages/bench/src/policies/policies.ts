/**
 * Eviction policies by themselves, beside lru-cache and a Map: time of a hit and of a set that evicts, memory per entry, how
 * long the garbage collector stops, and how all this grows with the number of entries.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Contestant, keyOf, measure, zipfKeys } from '../harness.ts'
import type { Pauses, PausesOptions } from './pauses-worker.ts'
import { type Entry, LRU, MAP, OURS, STORES, type Store } from './stores.ts'

const ENTRY = { value: 1 } as Entry

/** Of one store with so many entries. */
interface Row {
  readonly name: string
  readonly entries: number
  readonly hitNs: number
  readonly setNs: number
  readonly bytes: number
  readonly pauses: Pauses
}

export async function policies(quick: boolean): Promise<void> {
  const rows: Row[] = []
  for (const entries of quick ? [1_000, 100_000] : [1_000, 100_000, 1_000_000, 5_000_000]) {
    const some = await compare(entries, quick ? 5 : entries > 1_000_000 ? 7 : 15, quick ? 1_000_000 : 5_000_000)
    print(some)
    rows.push(...some)
  }
  printGoals(rows)
}

async function compare(entries: number, rounds: number, steps: number): Promise<Row[]> {
  const draws = Math.min(Math.max(entries, 100_000), 300_000)
  const names = Object.keys(STORES)
  const made = Object.values(STORES).map((make) => measured(make, entries))
  const hits = await measure(
    made.map(({ store }, index) => reading(names[index] as string, store)),
    zipfKeys(entries, draws),
    rounds,
  )
  const fresh = Array.from({ length: draws }, (_, id) => keyOf(entries + id))
  const sets = await measure(
    made.map(({ store }, index) => writing(names[index] as string, store)),
    fresh,
    rounds,
  )
  const rows: Row[] = []
  for (const [index, { bytes }] of made.entries()) {
    const name = names[index] as string
    const pauses = await pausesOf({ name, entries, steps })
    rows.push({ name, entries, hitNs: hits[index]?.ns ?? 0, setNs: sets[index]?.ns ?? 0, bytes, pauses })
  }
  return rows
}

function print(rows: readonly Row[]): void {
  const lru = rowOf(rows, LRU)
  console.log(`${lru.entries.toLocaleString('en')} entries\n`)
  console.log(
    '| | hit, ns | × lru-cache | set, ns | × lru-cache | bytes per entry | × lru-cache | GC pause p99, ms | longest |',
  )
  console.log(`| --- |${' --: |'.repeat(8)}`)
  for (const { name, hitNs, setNs, bytes, pauses } of rows) {
    const [hit, set, size] = [hitNs / lru.hitNs, setNs / lru.setNs, bytes / lru.bytes].map((ratio) => ratio.toFixed(2))
    const [p99, longest] = [pauses.p99.toFixed(1), pauses.longest.toFixed(1)]
    const columns = [name, hitNs.toFixed(0), hit, setNs.toFixed(0), set, bytes.toFixed(0), size, p99, longest]
    console.log(`| ${columns.join(' | ')} |`)
  }
  console.log()
}

function rowOf(rows: readonly Row[], name: string, entries: number | undefined = rows[0]?.entries): Row {
  return rows.find((row) => row.name === name && row.entries === entries) as Row
}

function printGoals(rows: readonly Row[]): void {
  const sizes = [...new Set(rows.map(({ entries }) => entries))]
  const check = (what: string, value: number, goal: number): void =>
    console.log(`${value <= goal ? '✓' : '✗'} ${what}: ${value.toFixed(2)} (goal: at most ${goal})`)
  for (const entries of sizes) {
    const [ours, lru] = [rowOf(rows, OURS, entries), rowOf(rows, LRU, entries)]
    const at = `${entries.toLocaleString('en')} entries`
    check(`${at}: hit, × lru-cache`, ours.hitNs / lru.hitNs, 1.15)
    check(`${at}: set that evicts, × lru-cache`, ours.setNs / lru.setNs, 1.3)
    check(`${at}: bytes per entry, × lru-cache`, ours.bytes / lru.bytes, 1)
    check(`${at}: pauses of the garbage collector, p99, ms`, ours.pauses.p99, 20)
  }
  const [fewest, most] = [sizes[0], sizes.at(-1)]
  const growth = (name: string, of: 'hitNs' | 'setNs'): number =>
    rowOf(rows, name, most)[of] / rowOf(rows, name, fewest)[of]
  for (const other of [MAP, LRU]) {
    check(`growth of a hit, × that of ${other}`, growth(OURS, 'hitNs') / growth(other, 'hitNs'), 1.3)
    check(`growth of a set, × that of ${other}`, growth(OURS, 'setNs') / growth(other, 'setNs'), 1.3)
  }
}

function reading(name: string, store: Store): Contestant {
  return {
    name,
    run(keys) {
      let found = 0
      for (const key of keys) if (store.get(key) !== undefined) found++
      return found
    },
  }
}

/** Keys that no store has had, so that each set evicts: what large stores had some rounds ago is still in them. */
function writing(name: string, store: Store): Contestant {
  let round = 0
  return {
    name,
    run(keys) {
      const prefix = `${round++}:`
      for (const key of keys) store.set(prefix + key, ENTRY)
      return store
    },
  }
}

/** A full store, and what it takes beyond keys and values, which are the same for all. Small ones are made many times over. */
function measured(
  make: (maxEntries: number) => Store,
  entries: number,
): { readonly store: Store; readonly bytes: number } {
  const keys = Array.from({ length: entries }, (_, id) => keyOf(id))
  const stores: Store[] = []
  const before = memoryNow()
  while (stores.length * entries < 100_000) {
    const store = make(entries)
    for (const key of keys) store.set(key, ENTRY)
    stores.push(store)
  }
  const bytes = (memoryNow() - before) / (stores.length * entries)
  const isFull = stores.every((store) => store.get(keys[0] as string) !== undefined)
  return { store: stores[0] as Store, bytes: isFull ? bytes : Number.NaN }
}

function memoryNow(): number {
  for (let run = 0; run < 2; run++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** In a process with V8's own settings: those of the bench are for times. */
async function pausesOf(options: PausesOptions): Promise<Pauses> {
  const execArgv = process.execArgv.filter((argument) => argument.startsWith('--conditions'))
  const worker = fork(join(import.meta.dirname, 'pauses-worker.ts'), [JSON.stringify(options)], { execArgv })
  const [pauses] = (await once(worker, 'message')) as [Pauses]
  return pauses
}
