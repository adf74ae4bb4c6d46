/** The real API with a handful of places, a page over it, and a browser. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, InstalledEngine } from '@hotpath/browsers'
import { openDatabase } from 'city-api-example/database'
import { type Service, startService } from 'city-api-example/service'
import type { PageServer } from '../server/server.ts'

/** Starts the server of a page. */
export type StartPage = (options: { readonly port: number; readonly service: Service }) => Promise<PageServer>

/** What a stage is made of. */
export interface StageOptions {
  readonly start: StartPage
  readonly engine: InstalledEngine
  /** Of places in one country, the biggest first. */
  readonly names: readonly string[]
}

/** What tests of a page have. */
export interface PageStage {
  readonly server: PageServer
  readonly browser: Browser
  /** Where the API listens, beside the page's server. */
  readonly apiUrl: string
  /** Ends the API alone. */
  stopApi(): Promise<void>
  close(): Promise<void>
}

/** Starts it all. */
export async function openStage({ start, engine, names }: StageOptions): Promise<PageStage> {
  const dir = await mkdtemp(join(tmpdir(), 'cities-'))
  const source = { version: 'test', read: async () => citiesOf(names) }
  const db = await openDatabase({ path: join(dir, 'cities.db'), source })
  const service = await startService({ db, port: 0 })
  const server = await start({ port: 0, service })
  const browser = await engine.launch({})
  return {
    server,
    browser,
    apiUrl: service.url,
    stopApi: () => service.close(),
    async close() {
      await browser.close()
      await server.close()
      await service.close()
      db.close()
      await rm(dir, { recursive: true })
    },
  }
}

function citiesOf(names: readonly string[]): CityRow[] {
  return names.map((name, index) => ({
    id: index + 1,
    name,
    country: 'DE',
    region: '01',
    population: 1_000 * (100 - index),
    lat: 50 + index / 100,
    lon: 10,
  }))
}

interface CityRow {
  readonly id: number
  readonly name: string
  readonly country: string
  readonly region: string
  readonly population: number
  readonly lat: number
  readonly lon: number
}
