import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { allCities } from '../src/all-cities.ts'
import type { City } from '../src/city.ts'
import { type CitySource, openDatabase } from '../src/database.ts'

/** Every 400th place: a few hundred from all over the world. */
const STEP = 400

/** A database small enough for a test, in a folder of its own. */
export interface SmallWorld {
  readonly db: DatabaseSync
  readonly cities: readonly City[]
  /** Closes the database and removes the folder. */
  remove(): Promise<void>
}

/** A folder for one test file. */
export async function createFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'city-api-'))
  return { path, remove: () => rm(path, { recursive: true }) }
}

/** Places given in a list, as a source. */
export function sourceOf(cities: readonly City[], version = 'test'): CitySource {
  return { version, read: async () => cities }
}

/** Makes the database of a small world. */
export async function createSmallWorld(): Promise<SmallWorld> {
  const cities = (await allCities.read()).filter((_, index) => index % STEP === 0)
  const folder = await createFolder()
  const db = await openDatabase({ path: join(folder.path, 'cities.db'), source: sourceOf(cities) })
  return {
    db,
    cities,
    async remove() {
      db.close()
      await folder.remove()
    },
  }
}
