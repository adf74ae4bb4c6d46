/** The entries of one cache in PostgreSQL. */
import type { TierContext } from '@hotpath/contract'
import type { EntryTable, FrameToStore, StoredFrame } from '../backend.ts'
import { inTurns } from '../in-turns.ts'
import { partsOf } from '../parts-of.ts'
import { inOrder } from '../winners.ts'
import { WriteBatch } from '../write-batch.ts'
import type { PostgresResult } from './client.ts'
import type { Run } from './run.ts'
import { openSweep } from './sweep.ts'

/** What entries work with. */
export interface EntriesParts {
  readonly run: Run
  readonly prefix: string
  readonly context: TierContext
  /** Of the table; caches that share it share the room. */
  readonly maxEntries: number
}

interface FrameRow {
  readonly key: Buffer
  readonly frame: Buffer
}

const READS = 1_000
const WRITES = { count: 500, bytes: 1_000_000 }
const REMOVALS = 500
const SCANS = 500
/** Statements of one read at a time. */
const WIDTH = 3

export function openEntries({ run, prefix, context, maxEntries }: EntriesParts): EntryTable {
  const table = `${prefix}_entries`
  const { name } = context

  /** One look into the index for each key, whatever the planner knows of the table: in one that is new it would read all. */
  const eachOf = (keys: string, columns: string, lock = ''): string =>
    `unnest(${keys}::bytea[]) AS k(key) CROSS JOIN LATERAL
      (SELECT ${columns} FROM ${table} WHERE name = $1 AND key = k.key LIMIT 1 ${lock}) AS e`
  const readOne = {
    name: `${prefix}_read_one`,
    text: `SELECT key, frame FROM ${table} WHERE name = $1 AND key = $2`,
  }
  const readMany = { name: `${prefix}_read`, text: `SELECT e.key, e.frame FROM ${eachOf('$2', 'key, frame')}` }

  async function read(keys: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const frames = new Map<string, Uint8Array>()
    const readSome = (some: readonly string[]): Promise<PostgresResult> =>
      run(
        some.length === 1
          ? { ...readOne, values: [name, toBytes(some[0] as string)] }
          : { ...readMany, values: [name, some.map(toBytes)] },
      )
    for (const { rows } of await inTurns(partsOf(keys, { count: READS }), WIDTH, readSome)) {
      for (const row of rows as FrameRow[]) frames.set(row.key.toString(), row.frame)
    }
    return frames
  }

  async function store(frames: readonly FrameToStore[]): Promise<void> {
    const text = `INSERT INTO ${table} (name, key, epoch, as_of, expires_at, frame)
      SELECT $1, * FROM unnest($2::bytea[], $3::text[], $4::bigint[], $5::bigint[], $6::bytea[])
      ON CONFLICT (name, key) DO UPDATE SET
        epoch = excluded.epoch, as_of = excluded.as_of, expires_at = excluded.expires_at, frame = excluded.frame
      WHERE excluded.epoch <> ${table}.epoch OR excluded.as_of >= ${table}.as_of`
    const values = [
      name,
      frames.map(({ key }) => toBytes(key)),
      frames.map(({ epoch }) => epoch),
      frames.map(({ asOf }) => asOf),
      frames.map(({ expiresAt }) => Math.min(expiresAt, Number.MAX_SAFE_INTEGER)),
      frames.map(({ frame }) => Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength)),
    ]
    await run({ name: `${prefix}_write`, text, values })
  }

  const writes = new WriteBatch(store, WRITES)
  return {
    read,
    write: (frames) => writes.write(frames),
    async remove(keys, below) {
      // Locked in the order in which they are written, so that the two do not wait for each other.
      const locked = `SELECT e.at FROM ${eachOf('$2', 'ctid AS at, epoch, as_of', 'FOR UPDATE')}`
      const all = `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(${locked}))`
      const older = `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(${locked} WHERE e.epoch <> $3 OR e.as_of < $4))`
      for (const some of partsOf([...keys].sort(inOrder), { count: REMOVALS })) {
        const values = [name, some.map(toBytes)]
        await run(
          below === undefined
            ? { name: `${prefix}_remove`, text: all, values }
            : { name: `${prefix}_remove_older`, text: older, values: [...values, below.epoch, below.position] },
        )
      }
    },
    async clear() {
      const some = `SELECT ctid FROM ${table} WHERE name = $1 LIMIT ${REMOVALS} FOR UPDATE SKIP LOCKED`
      const text = `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(${some}))`
      while ((await run({ text, values: [name] })).rowCount === REMOVALS);
      // What others held a moment ago.
      await run({ text: `DELETE FROM ${table} WHERE name = $1`, values: [name] })
    },
    async scan(after) {
      const text = `SELECT key, frame FROM ${table} WHERE name = $1 AND key > $2 ORDER BY key LIMIT ${SCANS}`
      const { rows } = await run({ text, values: [name, toBytes(after ?? '')] })
      return (rows as FrameRow[]).map(({ key, frame }): StoredFrame => ({ key: key.toString(), frame }))
    },
    sweep: openSweep({ run, prefix, maxEntries }),
  }
}

function toBytes(key: string): Buffer {
  return Buffer.from(key)
}
