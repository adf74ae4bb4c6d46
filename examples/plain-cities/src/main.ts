/** Starts the city API and the page over it. Ctrl-C stops both; `PORT` chooses another port than 3001. */
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { allCities } from 'city-api-example/all-cities'
import { openDatabase } from 'city-api-example/database'
import { startService } from 'city-api-example/service'
import { startPageServer } from 'city-page-example/server'
import { buildPage } from './build.ts'

const DATABASE = fileURLToPath(new URL('../data/cities.db', import.meta.url))
const DIR = fileURLToPath(new URL('../dist', import.meta.url))

await buildPage(DIR)
const db = await openDatabase({ path: DATABASE, source: allCities })
const service = await startService({ db, port: 0 })
const page = await startPageServer({ port: Number(process.env['PORT'] ?? 3_001), dir: DIR, service })
console.log(`Open ${page.url} in two tabs.`)

await once(process, 'SIGINT')
await Promise.allSettled([page.close(), service.close()])
db.close()
