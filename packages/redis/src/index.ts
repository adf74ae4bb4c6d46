export { redis } from './redis.ts'
export type { RedisOptions } from './redis.ts'
export type { RedisClient, RedisClientOptions } from './client.ts'
