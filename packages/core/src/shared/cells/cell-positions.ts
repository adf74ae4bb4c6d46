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
import { type Invalidation, type LogPositions, type Mark, type Strength, compilePattern } from '@hotpath/contract'
import { CellTable } from './cell-table.ts'
import { type IdKind, type IdPositions, type IdTable, Positions } from '../../view/positions.ts'
import { RecentIds, type RecentLimits } from './recent-ids.ts'

/** How many cells a table has. */
export const CELLS: number = /* bound: cells */ 2 ** 17

const SEEDS: Readonly<Record<IdKind, readonly [number, number]>> = {
  key: [0x811c9dc5, 0x2f0b4c47],
  tag: [0x51ed270b, 0x7c3e9a1d],
}

/** Ids of each kind and strength that a process keeps exactly. */
const RECENT: RecentLimits = { maxIds: /* bound: recent-ids */ 50_000, maxBytes: 8 * 1024 * 1024 }

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

/** Takes in the state of a shared log some cells at a time, so that a full table does not block the event loop. */
export interface CellPositionsBuilder {
  /** Takes in some cells, in any order. */
  add(cells: Iterable<CellPosition>): void
  /**
   * Ends it.
   *
   * @param records - See `CellState`.
   */
  build(records: Iterable<Invalidation & Mark>): LogPositions
}

/**
 * Begins to make the positions of a shared log from what its store keeps.
 *
 * @example
 * ```ts
 * import { buildCellPositions, cellsOf } from '@hotpath/core/log'
 *
 * const rows = cellsOf('key', 'user:42').map((cell) => ({ strength: 'hard', cell, position: 7 }) as const)
 * const builder = buildCellPositions()
 * builder.add(rows) // as the store keeps them, in as many parts as it likes
 * const positions = builder.build([])
 * console.log(positions.hardAt('user:42', [], 0), positions.hardAt('user:43', [], 0)) // 7 0
 * ```
 */
export function buildCellPositions(): CellPositionsBuilder {
  const tables: Record<Strength, CellTable> = { hard: new CellTable(CELLS), soft: new CellTable(CELLS) }
  const highest: Record<Strength, number> = { hard: 0, soft: 0 }
  return {
    add(cells) {
      for (const { strength, cell, position } of cells) {
        tables[strength].raise(cell, position)
        highest[strength] = Math.max(highest[strength], position)
      }
    },
    build(records) {
      const positions = new Positions(compilePattern, (strength) => tableOf(tables[strength], highest[strength]))
      // The oldest first: those are the ones that make room.
      const oldestFirst = [...records].sort((one, other) => one.position - other.position)
      for (const record of oldestFirst) positions.raise(record)
      return positions
    },
  }
}

/**
 * Makes the positions of a shared log from what its store keeps.
 *
 * @param state - Default: nothing was ever invalidated.
 */
export function createCellPositions(state?: CellState): LogPositions {
  const builder = buildCellPositions()
  builder.add(state?.cells ?? [])
  return builder.build(state?.records ?? [])
}

function tableOf(cells: CellTable, highest: number): IdTable {
  let highestCell = highest
  const positionsOf = (kind: IdKind): IdPositions => {
    const recent = new RecentIds(RECENT)
    const spill = (id: string, position: number): void => {
      highestCell = Math.max(highestCell, position)
      for (const cell of cellsOf(kind, id)) cells.raise(cell, position)
    }
    const inCells = (id: string, above: number): number => {
      const [one, other] = SEEDS[kind]
      const first = cells.get(hash(id, one) % CELLS)
      // The smaller of the two counts, so most of the time one is enough.
      return first <= above ? first : Math.min(first, cells.get(hash(id, other) % CELLS))
    }
    return {
      get(id, above) {
        const exact = recent.get(id)
        return highestCell <= above || exact > above ? exact : Math.max(exact, inCells(id, above))
      },
      raise(id, position) {
        recent.raise(id, position, spill)
        return 0
      },
    }
  }
  return { highest, key: positionsOf('key'), tag: positionsOf('tag') }
}

function hash(text: string, seed: number): number {
  let mixed = seed
  for (let index = 0; index < text.length; index++) mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
