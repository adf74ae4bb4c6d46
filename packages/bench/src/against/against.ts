import { inMemoryAgainst } from './in-memory.ts'
import { throughRedisAgainst } from './through-redis.ts'
import { versionHere, versionOf } from './version.ts'

const AGAINST = { l1: inMemoryAgainst, redis: throughRedisAgainst }

/** Compares what is built here with the packed packages of another version: `pnpm bench l1 --against <folder>`. */
export async function against(name: string, tarballs: string, quick: boolean): Promise<void> {
  const compare = Object.hasOwn(AGAINST, name) ? AGAINST[name as keyof typeof AGAINST] : undefined
  if (compare === undefined) {
    throw new Error(
      `\`${name}\` cannot be compared with another version. Use one of: ${Object.keys(AGAINST).join(', ')}.`,
    )
  }
  await compare(await versionOf(tarballs), await versionHere(), quick ? 5 : 15)
}
