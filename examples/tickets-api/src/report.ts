/** For `npx hotpath-report src/report.ts`: some requests, and what the database says of them. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { QueryReport } from '@hotpath/db/report'
import { openTickets } from './database.ts'
import { ticketServer } from './server.ts'
import { visitForReport } from './visits.ts'

/** Makes the requests. @param isFixed - Whether what the report says first is done before. */
export async function workload({ isFixed = false }: { readonly isFixed?: boolean } = {}): Promise<{
  report(): Promise<QueryReport>
  close(): Promise<void>
}> {
  const url = process.env['DATABASE_URL']
  const { db, close } = await openTickets(url)
  const server = ticketServer(db, (place) => (url === undefined ? '?' : `$${place}`))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  if (isFixed) await db.query('create index tickets_title on tickets (title)')
  await visitForReport(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, isFixed)
  return {
    report: () => db.report(),
    async close() {
      server.close()
      server.closeAllConnections()
      await close()
    },
  }
}
