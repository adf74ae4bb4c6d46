/** What goes wrong in a soak, beside servers that end. */
import type { RedisServer } from '../integration/server.ts'

/** Causes something bad on the server that has the log. */
export type FaultOf = (primary: RedisServer) => Promise<unknown>

/** Key of the log of the cache that soaks. */
export const LOG = '{hotpath:soak}:log'
const STREAM = '{hotpath:soak}:stream'

/** Those that every kind of server can go through. */
export const COMMON: Readonly<Record<string, FaultOf>> = {
  'kill normal connections': (server) => server.admin().call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
  'kill those that follow': async (server) => {
    const list = String(await server.admin().call('CLIENT', 'LIST'))
    const ids = list.split('\n').flatMap((line) => (/cmd=xread/.test(line) ? [/id=(\d+)/.exec(line)?.[1] ?? ''] : []))
    for (const id of ids) await server.admin().call('CLIENT', 'KILL', 'ID', id)
  },
  'delete the state of the log': (server) => server.admin().del(LOG),
  'delete the stream': (server) => server.admin().del(STREAM),
  'trim the stream': (server) => server.admin().call('XTRIM', STREAM, 'MAXLEN', '0'),
  'delete everything': (server) => server.admin().flushall(),
  'forget the scripts': (server) => server.admin().call('SCRIPT', 'FLUSH'),
  'evict at random': async (server) => {
    const admin = server.admin()
    const used = Number(/used_memory:(\d+)/.exec(await admin.info('memory'))?.[1])
    await admin.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random')
    await admin.call('CONFIG', 'SET', 'maxmemory', String(used - 1_000))
    // In the slot of the log, which this server has.
    const filler = admin.set('{hotpath:soak}:filler', 'x'.repeat(1_000))
    // Refused when there is nothing left to evict.
    await filler.catch(() => {})
    await admin.call('CONFIG', 'SET', 'maxmemory', '0')
  },
}

/** Where a server that is paused for a moment stays what it is. */
export const STAND_STILL: Readonly<Record<string, FaultOf>> = {
  'stand still': (server) => server.admin().call('CLIENT', 'PAUSE', '1500', 'ALL'),
}

/** Where nobody takes its place. */
export const RESTART: Readonly<Record<string, FaultOf>> = { 'restart the server': (server) => server.restart() }
