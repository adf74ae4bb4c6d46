/**
 * Serves tickets until Ctrl-C. With `--once` it makes some requests of its own, prints what was seen, and ends; with
 * `--report` it prints what to do first, and with `--report --fixed` what is left when that is done.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { openTickets } from './database.ts'
import { workload } from './report.ts'
import { ticketServer } from './server.ts'
import { visit } from './visits.ts'

const isAsked = (flag: string): boolean => process.argv.includes(flag)

if (isAsked('--report')) {
  const { report, close } = await workload({ isFixed: isAsked('--fixed') })
  console.log((await report()).text)
  await close()
} else await serve(process.env['DATABASE_URL'])

async function serve(url: string | undefined): Promise<void> {
  const { db, close } = await openTickets(url)
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
  console.log(`tickets at ${address}/tickets?status=open, /tickets/7, /board, /search?title=Ticket%207 and /stats`)
  if (isAsked('--once')) {
    console.log(JSON.stringify(await visit(address), undefined, 2))
    await end()
  } else process.once('SIGINT', () => void end())
}
