/** What goes wrong in a soak, beside servers that end. */
import { type SeededRandom, createRandom } from '@hotpath/testkit'
import type { RedisServer } from '../integration/server.ts'

/** Causes something bad on the server that has the log. */
export type FaultOf = (primary: RedisServer) => Promise<unknown>

/** Key of the log of the cache that soaks, with what the client puts before all keys. */
export function logKey(prefix: string): string {
  return `${prefix}{hotpath:soak}:log`
}

/** Those that every kind of server can go through. */
export function commonFaults(prefix: string): Readonly<Record<string, FaultOf>> {
  const log = logKey(prefix)
  const stream = `${prefix}{hotpath:soak}:stream`
  const random = createRandom(1)
  return {
    'kill normal connections': (server) => server.admin().call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
    'kill those that follow': async (server) => {
      const list = String(await server.admin().call('CLIENT', 'LIST'))
      const ids = list.split('\n').flatMap((line) => (/cmd=xread/.test(line) ? [/id=(\d+)/.exec(line)?.[1] ?? ''] : []))
      for (const id of ids) await server.admin().call('CLIENT', 'KILL', 'ID', id)
    },
    'delete the state of the log': (server) => server.admin().del(log),
    'delete the stream': (server) => server.admin().del(stream),
    'trim the stream': (server) => server.admin().call('XTRIM', stream, 'MAXLEN', '0'),
    'delete everything': (server) => server.admin().flushall(),
    'forget the scripts': (server) => server.admin().call('SCRIPT', 'FLUSH'),
    'evict at random': async (server) => {
      const admin = server.admin()
      const used = Number(/used_memory:(\d+)/.exec(await admin.info('memory'))?.[1])
      await admin.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random')
      await admin.call('CONFIG', 'SET', 'maxmemory', String(used - 1_000))
      // In the slot of the log, which this server has.
      const filler = admin.set(`${log}:filler`, 'x'.repeat(1_000))
      // Refused when there is nothing left to evict.
      await filler.catch(() => {})
      await admin.call('CONFIG', 'SET', 'maxmemory', '0')
    },
    'damage some entries': async (server) => {
      const admin = server.admin()
      const [, keys] = await admin.scan('0', 'MATCH', `${prefix}hotpath:soak:*`, 'COUNT', 1_000)
      for (const key of keys) {
        const bytes = await admin.getBuffer(key).catch(() => null)
        if (bytes !== null) await admin.set(key, damaged(bytes, random), 'KEEPTTL')
      }
    },
    'entries of another type': async (server) => {
      const admin = server.admin()
      const [, keys] = await admin.scan('0', 'MATCH', `${prefix}hotpath:soak:*`, 'COUNT', 100)
      for (const key of keys) await admin.multi().del(key).lpush(key, 'not ours').exec()
    },
    'records of garbage': async (server) => {
      for (let n = 0; n < 20; n++) {
        const [name, value] = [bytesOf(random, 12), bytesOf(random, 200)]
        await server.admin().call('XADD', stream, '*', random.pick(['e', 'b', 's', 't', 'v', name]), value)
      }
    },
    'a record of a later id': (server) => server.admin().call('XADD', stream, '9000000000000000-0', 'e', 'x'),
    'a stream of another type': (server) => server.admin().set(stream, 'not ours'),
    'a state of another type': (server) => server.admin().set(log, 'not ours'),
    'damage rows of the state': async (server) => {
      for (let n = 0; n < 20; n++) await server.admin().hset(log, `h${random.int(4_096)}`, bytesOf(random, 100))
    },
    // As it looks when it was ahead by an hour until now.
    'set the clock back': async (server) => {
      const [seconds] = await server.admin().time()
      await server.admin().hset(log, 't', String((Number(seconds) + 3_600) * 1_000_000))
    },
  }
}

/** Of the above, those that may cost entries. */
export const LOSING: readonly string[] = [
  'delete the state of the log',
  'delete everything',
  'evict at random',
  'damage some entries',
  'entries of another type',
  'a state of another type',
  'damage rows of the state',
  'set the clock back',
]

/** Where a server that is paused for a moment stays what it is. */
export const STAND_STILL: Readonly<Record<string, FaultOf>> = {
  'stand still': (server) => server.admin().call('CLIENT', 'PAUSE', '1500', 'ALL'),
}

/** Where nobody takes its place. */
export const RESTART: Readonly<Record<string, FaultOf>> = { 'restart the server': (server) => server.restart() }

/** A bit flipped, cut off, or something else altogether. */
function damaged(bytes: Buffer, random: SeededRandom): Buffer {
  switch (random.int(3)) {
    case 0: {
      const flipped = Buffer.from(bytes)
      const at = random.int(Math.max(1, bytes.length))
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random.int(8))
      return flipped
    }
    case 1:
      return bytes.subarray(0, random.int(Math.max(1, bytes.length)))
    default:
      return bytesOf(random, 300)
  }
}

function bytesOf(random: SeededRandom, max: number): Buffer {
  return Buffer.from(Array.from({ length: 1 + random.int(max) }, () => random.int(256)))
}
