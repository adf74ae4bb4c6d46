import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { openTickets } from '../src/database.ts'
import { ticketServer } from '../src/server.ts'
import { visitForReport } from '../src/visits.ts'

test('a change is seen by the next request, and what is asked again is served by the cache', async () => {
  const { db, close } = await openTickets(undefined)
  const server = ticketServer(db, () => '?')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const get = async (path: string, method = 'GET'): Promise<unknown> =>
    (await fetch(`http://127.0.0.1:${port}${path}`, { method })).json()
  expect(await get('/tickets/7')).toMatchObject([{ id: 7, status: 'done' }])
  expect(await get('/tickets?status=open')).toHaveLength(10)
  expect(await get('/tickets?status=open')).toHaveLength(10)
  expect(await get('/tickets/7?status=open', 'PUT')).toEqual({ changed: 1 })
  expect(await get('/tickets/7')).toMatchObject([{ id: 7, status: 'open' }])
  expect(await get('/stats')).toMatchObject({ reads: 5, hits: 1, hitRate: 0.2 })
  server.close()
  server.closeAllConnections()
  await close()
})

test('the report names the loop of the board and the index that the search lacks; the batched board is none', async () => {
  const { db, close } = await openTickets(undefined)
  const server = ticketServer(db, () => '?')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const address = `http://127.0.0.1:${port}`
  await visitForReport(address, true)
  expect((await db.report()).advice.map(({ kind }) => kind)).toEqual(['full-scan'])
  await visitForReport(address, false)
  const { advice, text } = await db.report()
  expect(advice.map(({ kind }) => kind).toSorted()).toEqual(['full-scan', 'repeats'])
  expect(text).toContain('create index tickets_title on tickets (title)')
  expect(text).toContain('batchQuery(db, "select name, email from owners where name in (?)")')
  server.close()
  server.closeAllConnections()
  await close()
})
