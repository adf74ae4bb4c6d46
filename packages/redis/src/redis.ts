import { compressed, msgpack } from '@hotpath/codec'
import {
  type Codec,
  type OptionTable,
  ServerClock,
  type Tier,
  type TierContext,
  booleanOption,
  checkOptions,
  codecOption,
  wrongOption,
} from '@hotpath/contract'
import { shared } from '@hotpath/core/shared'
import { ChangeFeed, assertTrackable } from './change-feed.ts'
import { type RedisClient, assertClient } from './client.ts'
import { assertClientOptions } from './client-options.ts'
import { type Connection, connectionOf } from './connection.ts'
import { openLease } from './redis-lease.ts'
import { TIME, timeIn } from './log-scripts.ts'
import { openLog } from './redis-log.ts'
import { openStore } from './redis-store.ts'
import { StreamFollower } from './stream-follower.ts'
import { HEAD_BYTES, trackedStore } from './tracked-store.ts'

/** Options of `redis`. */
export interface RedisOptions {
  /** An ioredis `Redis` or `Cluster`, connected or not, with any options that leave reads to the primary; it stays yours to close. */
  readonly client: RedisClient
  /** Values to bytes. Default `compressed(msgpack())`. */
  readonly codec?: Codec | undefined
  /** What all keys begin with: 1 to 64 letters, digits, `_`, `-`, `.` and `/`. Default `'hotpath'`. */
  readonly prefix?: string | undefined
  /**
   * Whether another server (after a failover, a restart) begins a new epoch of the log, as it may not have what the one
   * before acknowledged. Turn it off behind a proxy that mixes servers. Default `true`.
   */
  readonly checkLife?: boolean | undefined
  /**
   * Whether memory lets go of what other programs write or remove under our keys, and of what expires or is evicted:
   * the server tells of it over one more connection. Not with a Cluster client. Caches that use the log hear of each
   * other without it. Default `false`.
   */
  readonly tracking?: boolean | undefined
}

const REDIS_OPTIONS: OptionTable<keyof RedisOptions> = {
  client: "new Redis('redis://127.0.0.1')",
  codec: codecOption,
  prefix: true,
  checkLife: booleanOption,
  tracking: booleanOption,
}

const PREFIX = /^[\w./-]{1,64}$/

/** One for each client, however many caches use it; in a cluster one for each cache, as their streams lie apart. */
const followers = new WeakMap<Connection, Map<string, StreamFollower>>()

/** One for each client and prefix. */
const feeds = new WeakMap<RedisClient, Map<string, ChangeFeed>>()

/**
 * Redis (7 or newer) as a shared tier, with the invalidation log that keeps all processes coherent.
 *
 * @throws ConfigError `ERR_CONFIG_OPTION` for a client that is none or has an option that cannot work, a bad prefix, or
 * `tracking` with a Cluster client.
 */
export function redis(options: RedisOptions): Tier {
  checkOptions(options, 'redis', REDIS_OPTIONS)
  assertClient(options.client)
  const { client, codec = compressed(msgpack()), prefix = 'hotpath', checkLife = true, tracking = false } = options
  if (typeof prefix !== 'string' || !PREFIX.test(prefix)) {
    const rule = '1 to 64 letters, digits, `_`, `-`, `.` or `/`'
    throw wrongOption('prefix', rule, prefix, 'Leave it out for `hotpath`.')
  }
  assertClientOptions(client)
  assertTrackable(client, tracking)
  const connection = connectionOf(client)
  // Nothing that reads alike: a name may hold a colon.
  const slotNameOf = ({ name }: TierContext): string => `${prefix}:${encodeURIComponent(name)}`
  // The server's clock is sampled by the log's heartbeats; one tier may serve several caches, each with its timeline.
  const clocks = new WeakMap<TierContext, ServerClock>()
  const clockOf = (context: TierContext): ServerClock => {
    // Asked where the log is: servers of a cluster have clocks of their own.
    const log = `{${slotNameOf(context)}}:log`
    const ask = async (): Promise<number> => timeIn(await TIME.run(connection, [log], []))
    const clock = clocks.get(context) ?? new ServerClock({ elapsed: () => context.elapsed(), ask })
    clocks.set(context, clock)
    return clock
  }

  return {
    type: 'redis',
    shared,
    open(context) {
      const keyPrefix = `${slotNameOf(context)}:`
      const store = openStore({ connection, codec, clock: clockOf(context), keyPrefix }, context)
      if (!tracking) return store
      const readHead = async (key: string): Promise<Uint8Array> =>
        (await connection.callBuffer('GETRANGE', key, 0, HEAD_BYTES - 1)) as Uint8Array
      return trackedStore({ store, feed: feedOf(client, `${prefix}:`), keyPrefix, readHead }, context)
    },
    openLog: (context) =>
      openLog(
        {
          connection,
          clock: clockOf(context),
          follower: followerOf(connection, slotNameOf(context)),
          slotName: slotNameOf(context),
          checkLife,
        },
        context,
      ),
    openLease: (context) =>
      openLease({
        connection,
        clock: context.clock,
        follower: followerOf(connection, slotNameOf(context)),
        slotName: slotNameOf(context),
      }),
  }
}

function followerOf(connection: Connection, slotName: string): StreamFollower {
  const ofClient = followers.get(connection) ?? new Map<string, StreamFollower>()
  followers.set(connection, ofClient)
  const place = connection.isCluster ? slotName : ''
  const follower = ofClient.get(place) ?? new StreamFollower(connection)
  ofClient.set(place, follower)
  return follower
}

function feedOf(client: RedisClient, prefix: string): ChangeFeed {
  const ofClient = feeds.get(client) ?? new Map<string, ChangeFeed>()
  feeds.set(client, ofClient)
  const feed = ofClient.get(prefix) ?? new ChangeFeed(client, prefix)
  ofClient.set(prefix, feed)
  return feed
}
