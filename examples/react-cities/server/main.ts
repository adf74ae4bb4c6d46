/** Starts the city API and the page over it. Ctrl-C stops both; `PORT` chooses another port than 3002. */
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { allCities } from 'city-api-example/all-cities'
import { openDatabase } from 'city-api-example/database'
import { startService } from 'city-api-example/service'
import { startReactPage } from './server.ts'

const DATABASE = fileURLToPath(new URL('../data/cities.db', import.meta.url))

const db = await openDatabase({ path: DATABASE, source: allCities })
const service = await startService({ db, port: 0 })
const page = await startReactPage({ port: Number(process.env['PORT'] ?? 3_002), service })
console.log(`Open ${page.url} in two tabs.`)

await once(process, 'SIGINT')
await page.close()
await service.close()
db.close()
