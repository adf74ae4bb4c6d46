import { Redis } from 'ioredis'
import {
  createGroupNotificationPair,
  createNotificationPair,
  GroupLoader,
  Loader,
  RedisCache,
  RedisGroupCache,
} from 'layered-loader'
import { type CacheNode, HOUR_MS, type Peer, type Setting } from '../peer.ts'

const inMemoryCache = { ttlInMsecs: HOUR_MS, maxItems: 1_000, maxGroups: 100, maxItemsPerGroup: 1_000 }
// It would print failures of the loader.
const loadErrorHandler = (): void => {}
const stored = { json: true, ttlInMsecs: HOUR_MS }

export const layeredLoader: Peer = {
  name: 'layered-loader',
  packages: ['layered-loader', 'ioredis'],
  setup:
    'memory over `RedisCache` with a Redis notification pair; for tags the same with groups, of which a key has one',
  lacks: {
    handles: 'a loader is its only handle',
    serializer: 'its Redis cache takes no serializer',
  },
  open: (setting) => (setting.tags.length === 0 ? flat(setting) : grouped(setting)),
}

async function flat({ url, origin }: Setting): Promise<CacheNode> {
  const { client, pair, close } = connect(url)
  const notifications = pair && createNotificationPair<unknown>(pair)
  const loader = new Loader<unknown>({
    inMemoryCache,
    loadErrorHandler,
    dataSourceGetOneFn: (key: string) => origin.load(key),
    ...(client !== undefined && { asyncCache: new RedisCache<unknown>(client, { ...stored, prefix: 'races' }) }),
    ...(notifications !== undefined && {
      notificationConsumer: notifications.consumer,
      notificationPublisher: notifications.publisher,
    }),
  })
  await loader.init()
  return {
    read: (key) => loader.get(key),
    invalidateKey: (key) => loader.invalidateCacheFor(key),
    clear: () => loader.invalidateCache(),
    close,
  }
}

async function grouped({ url, tags, origin }: Setting): Promise<CacheNode> {
  const { client, pair, close } = connect(url)
  const group = tags[0] ?? ''
  const notifications = pair && createGroupNotificationPair<unknown>(pair)
  const loader = new GroupLoader<unknown>({
    inMemoryCache,
    loadErrorHandler,
    dataSources: [
      {
        name: 'origin',
        getFromGroup: (key: string) => origin.load(key),
        getManyFromGroup: (keys: string[]) => Promise.all(keys.map((key) => origin.load(key))),
      },
    ],
    ...(client !== undefined && { asyncCache: new RedisGroupCache<unknown>(client, { ...stored, prefix: 'races' }) }),
    ...(notifications !== undefined && {
      notificationConsumer: notifications.consumer,
      notificationPublisher: notifications.publisher,
    }),
  })
  await loader.init()
  return {
    read: (key) => loader.get(key, group),
    invalidateKey: (key) => loader.invalidateCacheFor(key, group),
    invalidateTag: (tag) => loader.invalidateCacheForGroup(tag),
    clear: () => loader.invalidateCache(),
    close,
  }
}

function connect(url: string | undefined) {
  const clients: Redis[] = []
  const open = (address: string): Redis => {
    const client = new Redis(address)
    client.on('error', () => {})
    clients.push(client)
    return client
  }
  return {
    client: url === undefined ? undefined : open(url),
    pair: url === undefined ? undefined : { channel: 'races', publisherRedis: open(url), consumerRedis: open(url) },
    close: async (): Promise<void> => {
      for (const client of clients) client.disconnect()
    },
  }
}
