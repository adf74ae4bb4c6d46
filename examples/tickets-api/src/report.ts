/** For `npx hotpath-report src/report.ts`: some requests, and what the database says of them. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { QueryReport } from '@hotpath/db/report'
import { openTickets } from './database.ts'
import { ticketServer } from './server.ts'
import { visitForReport } from './visits.ts'

/** Makes the requests. */
export async function workload(): Promise<{ report(): Promise<QueryReport>; close(): Promise<void> }> {
  const url = process.env['DATABASE_URL']
  const { db, close } = await openTickets(url)
  const server = ticketServer(db, (place) => (url === undefined ? '?' : `$${place}`))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  await visitForReport(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, false)
  return {
    report: () => db.report(),
    async close() {
      server.close()
      server.closeAllConnections()
      await close()
    },
  }
}
