/** The entries of one cache in MySQL or MariaDB. */
import type { TierContext } from '@hotpath/contract'
import type { EntryTable, FrameToStore, StoredFrame } from '../backend.ts'
import { inTurns } from '../in-turns.ts'
import { partsOf } from '../parts-of.ts'
import { WriteBatch } from '../write-batch.ts'
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

const READS = 500
/** Bytes are written as two digits each, and a server takes a statement of a megabyte at the least. */
const WRITES = { count: 200, bytes: 300_000 }
const REMOVALS = 500
/** Of a statement, beside the frame. */
const OTHER_BYTES = 2_000
const SCANS = 500
/** Statements of one read at a time. */
const WIDTH = 3

export function openEntries({ run, prefix, context, maxEntries }: EntriesParts): EntryTable {
  const table = `${prefix}_entries`
  const { name } = context

  async function read(keys: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const frames = new Map<string, Uint8Array>()
    const sql = `SELECT \`key\`, frame FROM ${table} WHERE name = ? AND \`key\` IN (?)`
    const readSome = (some: readonly string[]): Promise<readonly FrameRow[]> =>
      run.rows<FrameRow>(sql, [name, some.map(toBytes)])
    for (const rows of await inTurns(partsOf(keys, { count: READS }), WIDTH, readSome)) {
      for (const { key, frame } of rows) frames.set(key.toString(), frame)
    }
    return frames
  }

  async function store(frames: readonly FrameToStore[]): Promise<void> {
    // Assigned from left to right, each seeing those before: what is compared with comes last.
    const wins = 'VALUES(epoch) <> epoch OR VALUES(as_of) >= as_of'
    const sql = `INSERT INTO ${table} (name, \`key\`, epoch, as_of, expires_at, frame)
      VALUES ${frames.map(() => '(?, ?, ?, ?, ?, ?)').join(', ')}
      ON DUPLICATE KEY UPDATE frame = IF(${wins}, VALUES(frame), frame),
        expires_at = IF(${wins}, VALUES(expires_at), expires_at), as_of = IF(${wins}, VALUES(as_of), as_of),
        epoch = VALUES(epoch)`
    const values = frames.flatMap(({ key, epoch, asOf, expiresAt, frame }) => [
      ...[name, toBytes(key), epoch, asOf, Math.min(expiresAt, Number.MAX_SAFE_INTEGER)],
      Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength),
    ])
    await run.change(sql, values)
  }

  const writes = new WriteBatch(store, WRITES)
  return {
    read,
    async write(frames) {
      const largest = (await run.maxBytes()) / 2 - OTHER_BYTES
      const fitting = frames.filter(({ key, frame }) => {
        if (frame.length <= largest) return true
        context.evicted(key, 'max-entry-bytes')
        return false
      })
      await writes.write(fitting)
    },
    async remove(keys, below) {
      const isOlder = below === undefined ? '' : 'AND (epoch <> ? OR as_of < ?)'
      // Locked in the order in which they are written, so that the two do not wait for each other.
      const sql = `DELETE FROM ${table} WHERE name = ? AND \`key\` IN (?) ${isOlder} ORDER BY \`key\``
      const mark = below === undefined ? [] : [below.epoch, below.position]
      for (const some of partsOf(keys, { count: REMOVALS })) await run.change(sql, [name, some.map(toBytes), ...mark])
    },
    async clear() {
      while ((await run.change(`DELETE FROM ${table} WHERE name = ? LIMIT ${REMOVALS}`, [name])) === REMOVALS);
    },
    async scan(after) {
      const sql = `SELECT \`key\`, frame FROM ${table} WHERE name = ? AND \`key\` > ? ORDER BY \`key\` LIMIT ${SCANS}`
      const rows = await run.prepared<FrameRow>(sql, [name, toBytes(after ?? '')])
      return rows.map(({ key, frame }): StoredFrame => ({ key: key.toString(), frame }))
    },
    sweep: openSweep({ run, prefix, maxEntries }),
  }
}

function toBytes(key: string): Buffer {
  return Buffer.from(key)
}
