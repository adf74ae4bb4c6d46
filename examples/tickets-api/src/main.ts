/**
 * Serves tickets until Ctrl-C. With `--once` it makes some requests of its own, prints what was seen, and ends; with
 * `--report` it prints what to do first, and with `--report --fixed` what is left when that is done.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { openTickets } from './database.ts'
import { ticketServer } from './server.ts'
import { visit, visitForReport } from './visits.ts'

const url = process.env['DATABASE_URL']
const isAsked = (flag: string): boolean => process.argv.includes(flag)
const { db, close } = await openTickets(url)
if (!isAsked('--report'))
  db.on('slow-query', ({ fingerprint, durationMs }) => console.log(`slow  ${durationMs.toFixed(1)} ms  ${fingerprint}`))
const server = ticketServer(db, (place) => (url === undefined ? '?' : `$${place}`))
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1')
await once(server, 'listening')
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const end = async (): Promise<void> => {
  server.close()
  server.closeAllConnections()
  await close()
}

if (isAsked('--report')) {
  // As the report says.
  if (isAsked('--fixed')) await db.query('create index tickets_title on tickets (title)')
  await visitForReport(address, isAsked('--fixed'))
  console.log((await db.report()).text)
  await end()
} else {
  console.log(`tickets at ${address}/tickets?status=open, /tickets/7, /board, /search?title=Ticket%207 and /stats`)
  if (isAsked('--once')) {
    console.log(JSON.stringify(await visit(address), undefined, 2))
    await end()
  } else process.once('SIGINT', () => void end())
}
