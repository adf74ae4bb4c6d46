/** Reads streams: the command, and its reply in whatever shape a client hands it on. */
import type { RedisClient } from './client.ts'

/** A record as it lies in a stream. */
export interface StreamEntry {
  /** The first part of its id; at most the largest safe integer. */
  readonly position: number
  readonly fields: Readonly<Record<string, string>>
}

/** Streams by their whole name, and what is to be read of them: what comes after a position. */
type Cursors = ReadonlyMap<string, number>

const MAX_ENTRIES = 1_000

/** @param blockMs - How long to wait for an entry; `undefined`: not at all. */
export async function readStreams(
  connection: Pick<RedisClient, 'call'>,
  cursors: Cursors,
  blockMs: number | undefined,
): Promise<ReadonlyMap<string, readonly StreamEntry[]>> {
  const ids = [...cursors.values()].map((cursor) => `${cursor}-18446744073709551615`)
  const block = blockMs === undefined ? [] : ['BLOCK', blockMs]
  const reply = await connection.call('XREAD', 'COUNT', MAX_ENTRIES, ...block, 'STREAMS', ...cursors.keys(), ...ids)
  return new Map(pairsOf(reply).map(([stream, entries]) => [stream, entriesOf(entries)]))
}

/** RESP2 answers a list of pairs, RESP3 a map, which clients hand on in one form or another. */
function pairsOf(reply: unknown): [string, unknown][] {
  if (reply === null || reply === undefined) return []
  if (reply instanceof Map) return [...(reply as Map<string, unknown>)]
  if (!Array.isArray(reply)) return Object.entries(reply as Record<string, unknown>)
  if (reply.every((item) => Array.isArray(item) && item.length === 2)) return reply as [string, unknown][]
  return reply.flatMap((item, index): [string, unknown][] =>
    index % 2 === 0 ? [[String(item), reply[index + 1]]] : [],
  )
}

function entriesOf(entries: unknown): StreamEntry[] {
  return (entries as [string, string[]][]).map(([id, flat]) => {
    const fields: Record<string, string> = {}
    for (let index = 0; index < flat.length; index += 2) fields[flat[index] as string] = flat[index + 1] as string
    return { position: Math.min(Number.parseInt(id, 10), Number.MAX_SAFE_INTEGER), fields }
  })
}
