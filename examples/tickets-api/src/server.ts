/** The routes. None of them knows about the cache. */
import { type IncomingMessage, type Server, createServer } from 'node:http'
import type { QueryOptimizer } from '@hotpath/db'
import { type BatchQuery, batchQuery } from '@hotpath/db/batch'
import type { Reporting } from '@hotpath/db/report'

/** Placeholders differ: `$1` in PostgreSQL, `?` in SQLite. */
export type Mark = (place: number) => string

interface Owner {
  readonly name: string
  readonly email: string
}

/** What routes work with. */
interface Tickets {
  readonly db: QueryOptimizer
  readonly mark: Mark
  readonly owners: BatchQuery<Owner>
}

/** Makes the server. */
export function ticketServer(db: QueryOptimizer & Reporting, mark: Mark): Server {
  const list = db.driver.dialect === 'postgres' ? '= any($1)' : 'in (?)'
  const tickets = { db, mark, owners: batchQuery<Owner>(db, `select name, email from owners where name ${list}`) }
  return createServer((request, response) => {
    // A request, for finding what it runs again and again.
    void db
      .request(() => respond(tickets, request))
      .then(
        (body) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
        (error: unknown) => response.writeHead(500).end(JSON.stringify({ error: String(error) })),
      )
  })
}

async function respond(tickets: Tickets, request: IncomingMessage): Promise<unknown> {
  const { db, mark } = tickets
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const [, id] = /^\/tickets\/(\d+)$/.exec(pathname) ?? []
  if (pathname === '/stats') return statsOf(db)
  if (pathname === '/board') return board(tickets, searchParams.has('batched'))
  if (pathname === '/search')
    return db.query(`select * from tickets where title = ${mark(1)}`, [searchParams.get('title')])
  if (id !== undefined && request.method === 'PUT') {
    const status = searchParams.get('status') ?? 'done'
    const { stats } = await db.executeWithStats(`update tickets set status = ${mark(1)} where id = ${mark(2)}`, [
      status,
      Number(id),
    ])
    return { changed: stats.rowCount }
  }
  if (id !== undefined) return db.query(`select * from tickets where id = ${mark(1)}`, [Number(id)])
  const owners = 'select owner, count(*) as tickets, max(priority) as priority from tickets'
  return db.query(`${owners} where status = ${mark(1)} group by owner order by tickets desc, owner limit 10`, [
    searchParams.get('status') ?? 'open',
  ])
}

/** The newest tickets with the addresses of their owners: by a statement for each of them, or by one for all. */
async function board({ db, mark, owners }: Tickets, isBatched: boolean): Promise<unknown> {
  const newest = await db.query<{ owner: string }>('select id, title, owner from tickets order by id desc limit 20')
  if (isBatched) {
    const found = await owners.loadMany(newest.map(({ owner }) => owner))
    return newest.map((ticket, at) => ({ ...ticket, email: found[at]?.email }))
  }
  const rows: unknown[] = []
  for (const ticket of newest) {
    const [owner] = await db.query<Owner>(`select name, email from owners where name = ${mark(1)}`, [ticket.owner])
    rows.push({ ...ticket, email: owner?.email })
  }
  return rows
}

/** What the optimizer saw: hit rate, and the statements on which the database spent most time. */
function statsOf(db: QueryOptimizer): unknown {
  const { reads, hits, hitRate, writes, slow, fingerprints } = db.stats()
  return {
    ...{ reads, hits, hitRate: Math.round(hitRate * 1_000) / 1_000, writes, slow },
    statements: fingerprints.slice(0, 3).map(({ fingerprint, count, hits: served, database, savedMs }) => ({
      ...{ fingerprint, count, hits: served },
      p95Ms: Math.round(database.p95 * 100) / 100,
      savedMs: Math.round(savedMs),
    })),
  }
}
