import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { City } from '../src/city.ts'
import { type CitySource, type DatabaseOptions, openDatabase } from '../src/database.ts'
import { createFolder, sourceOf } from './small-world.ts'

const cities: readonly City[] = Array.from({ length: 12_000 }, (_, id) => ({
  id,
  name: `Place ${id}`,
  country: 'XX',
  region: '01',
  population: id,
  lat: 0,
  lon: 0,
}))

let folder: Awaited<ReturnType<typeof createFolder>>
let path: string
beforeEach(async () => {
  folder = await createFolder()
  path = join(folder.path, 'data', 'cities.db')
})
afterEach(() => folder.remove())

async function countCities(options: Omit<DatabaseOptions, 'path'>): Promise<unknown> {
  const db = await openDatabase({ path, ...options })
  try {
    return db.prepare('SELECT count(*) AS cities FROM cities').get()?.['cities']
  } finally {
    db.close()
  }
}

function watched(source: CitySource): CitySource & { readonly read: ReturnType<typeof vi.fn<CitySource['read']>> } {
  return { ...source, read: vi.fn(source.read) }
}

describe('openDatabase', () => {
  it('builds the database in a folder that does not exist yet and says how far it is', async () => {
    const steps: number[] = []
    expect(await countCities({ source: sourceOf(cities), onProgress: (written) => steps.push(written) })).toBe(12_000)
    expect(steps).toEqual([0, 5_000, 10_000, 12_000])
    expect(await readdir(join(path, '..'))).toEqual(['cities.db'])
  })

  it('builds it once', async () => {
    const source = watched(sourceOf(cities))
    await countCities({ source })
    expect(await countCities({ source })).toBe(12_000)
    expect(source.read).toHaveBeenCalledTimes(1)
  })

  it('builds it anew for places of another version', async () => {
    await countCities({ source: sourceOf(cities, 'old') })
    expect(await countCities({ source: sourceOf(cities.slice(0, 10), 'new') })).toBe(10)
  })

  it('builds it anew if the file is no database', async () => {
    await countCities({ source: sourceOf(cities) })
    await writeFile(path, 'not a database, though long enough to be read as the head of one: '.repeat(100))
    expect(await countCities({ source: sourceOf(cities) })).toBe(12_000)
  })

  it('leaves nothing behind when building is given up', async () => {
    const stop = new AbortController()
    const onProgress = (written: number): void => void (written > 0 && stop.abort())
    await expect(countCities({ source: sourceOf(cities), onProgress, signal: stop.signal })).rejects.toThrow('aborted')
    expect(await readdir(join(path, '..'))).toEqual([])
    expect(await countCities({ source: sourceOf(cities) })).toBe(12_000)
  })

  it('keeps the old database until the new one is complete', async () => {
    await countCities({ source: sourceOf(cities, 'old') })
    const broken: CitySource = { version: 'new', read: () => Promise.reject(new Error('no places today')) }
    await expect(countCities({ source: broken })).rejects.toThrow('no places today')
    const source = watched(sourceOf(cities, 'old'))
    expect(await countCities({ source })).toBe(12_000)
    expect(source.read).not.toHaveBeenCalled()
  })
})
