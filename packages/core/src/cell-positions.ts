/**
 * The positions of a shared log: a fixed table of cells, so that the state is bounded and never pruned, and the same
 * for every process. A key or tag has two cells, chosen by two hashes, and both are raised; its position is the smaller
 * of the two. Two ids that share one cell are told apart by the other; two that share both cost a miss, never a stale
 * read. (A count-min sketch of maxima: Cormode and Muthukrishnan, 2005.)
 *
 * What comes by the stream is kept exactly for as long as there is room, and spills into the cells after that: a process
 * that writes many keys one by one would otherwise fill the table, and take its own entries for outdated by chance.
 *
 * The hashes are part of the stored form: FNV-1a over UTF-16 code units, finished as in MurmurHash3, with four seeds.
 */
import type { Invalidation, LogPositions, Mark, Strength } from '@hotpath/contract'
import { type IdKind, type IdTable, Positions } from './positions.ts'
import { RecentIds, type RecentLimits } from './recent-ids.ts'

/** How many cells a table has. */
export const CELLS: number = 2 ** 17

const SEEDS: Readonly<Record<IdKind, readonly [number, number]>> = {
  key: [0x811c9dc5, 0x2f0b4c47],
  tag: [0x51ed270b, 0x7c3e9a1d],
}

/** Ids of each kind and strength that a process keeps exactly. */
const RECENT: RecentLimits = { maxIds: 50_000, maxBytes: 8 * 1024 * 1024 }

/** The two cells of a key or tag: whole numbers from 0 up to but without `CELLS`. */
export function cellsOf(kind: IdKind, id: string): readonly [number, number] {
  const [one, other] = SEEDS[kind]
  return [hash(id, one) % CELLS, hash(id, other) % CELLS]
}

/** One cell of a table. */
export interface CellPosition {
  /** Of the records that raised it. */ readonly strength: Strength
  /** Which one. */ readonly cell: number
  /** Highest position of a record that raised it. */ readonly position: number
}

/** What a store keeps of a shared log beside its epoch and last position. */
export interface CellState {
  /** Every cell that was ever raised. */
  readonly cells: Iterable<CellPosition>
  /** Floors, patterns and prefixes, as the records that raised them; the floor is a record for all. */
  readonly records: Iterable<Invalidation & Mark>
}

/**
 * Makes the positions of a shared log from what its store keeps.
 *
 * @param state - Default: nothing was ever invalidated.
 */
export function createCellPositions(state?: CellState): LogPositions {
  const tables: Record<Strength, Map<number, number>> = { hard: new Map(), soft: new Map() }
  const highest: Record<Strength, number> = { hard: 0, soft: 0 }
  for (const { strength, cell, position } of state?.cells ?? []) {
    raiseCell(tables[strength], cell, position)
    highest[strength] = Math.max(highest[strength], position)
  }
  const positions = new Positions((strength) => tableOf(tables[strength], highest[strength]))
  for (const record of state?.records ?? []) positions.raise(record)
  return positions
}

function tableOf(cells: Map<number, number>, highest: number): IdTable {
  const recent = { key: new RecentIds(RECENT), tag: new RecentIds(RECENT) }
  let highestCell = highest
  const intoCells = (kind: IdKind) => (id: string, position: number) => {
    highestCell = Math.max(highestCell, position)
    for (const cell of cellsOf(kind, id)) raiseCell(cells, cell, position)
  }
  const spill = { key: intoCells('key'), tag: intoCells('tag') }

  function inCells(kind: IdKind, id: string, above: number): number {
    const [one, other] = SEEDS[kind]
    const first = cells.get(hash(id, one) % CELLS) ?? 0
    // The smaller of the two counts, so most of the time one is enough.
    return first <= above ? first : Math.min(first, cells.get(hash(id, other) % CELLS) ?? 0)
  }

  return {
    highest,
    get(kind, id, above) {
      const exact = recent[kind].get(id)
      return highestCell <= above || exact > above ? exact : Math.max(exact, inCells(kind, id, above))
    },
    raise(kind, id, position) {
      recent[kind].raise(id, position, spill[kind])
      return 0
    },
  }
}

function raiseCell(cells: Map<number, number>, cell: number, position: number): void {
  if ((cells.get(cell) ?? 0) < position) cells.set(cell, position)
}

function hash(text: string, seed: number): number {
  let mixed = seed
  for (let index = 0; index < text.length; index++) mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
