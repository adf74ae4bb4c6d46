/** How the databases, channels and locks of a cache are named: by its name, the digest of its scope, and what its records look like. */
import { digestOf } from '@hotpath/contract'

/** Grows when records of before cannot be read any more. */
const FORMAT = 1
const DIGEST_LENGTH = 16

/** What a database belongs to. */
export interface StorageOwner {
  /** Name of the cache. */
  readonly name: string
  /** Whose data it is. Only its digest is stored. */
  readonly scope: string
  /** Version of the application's values. */
  readonly schema: number
}

/** Common to all schemas of a cache and scope; what follows is the schema. Names of caches have no colon. */
export function storagePrefix({ name, scope }: Omit<StorageOwner, 'schema'>): string {
  return `hotpath:${name}:${digestOf(scope).slice(0, DIGEST_LENGTH)}:`
}

/** Name of the database, and of what belongs to it: tabs with the same one share their entries and their log. */
export function storageName(owner: StorageOwner): string {
  return `${storagePrefix(owner)}${owner.schema}.${FORMAT}`
}
