/** Starts the service; with `--once` it asks itself a few things, shows what reached the database, and ends. */
// oxlint-disable-next-line import/no-unassigned-import -- it extends `Reflect`, and has to come first
import 'reflect-metadata'
import type { AddressInfo } from 'node:net'
import type { INestApplication } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { AppModule } from './app.module.ts'
import { Database } from './database.ts'
import { visit } from './visit.ts'

const app: INestApplication = await NestFactory.create(AppModule, { logger: ['warn', 'error'] })
app.enableShutdownHooks()
await app.listen(Number(process.env['PORT'] ?? 3_000), '127.0.0.1')
const { port } = app.getHttpServer().address() as AddressInfo
const url = `http://127.0.0.1:${port}`
console.log(`Serving on ${url}`)

if (process.argv.includes('--once')) {
  const saved = await visit({ url, database: app.get(Database), visitors: 100, print: console.log })
  await app.close()
  process.exitCode = saved ? 0 : 1
} else {
  console.log(`Try curl '${url}/products/1?currency=USD' and curl '${url}/products?category=home'. Ctrl-C stops.`)
}
