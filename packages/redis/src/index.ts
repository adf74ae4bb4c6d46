export { redis } from './redis.ts'
export type { RedisOptions } from './redis.ts'
export type { RedisClient } from './client.ts'
