import type { Pool, RowDataPacket } from 'mysql2/promise'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { mysql } from '../../../src/index.ts'
import { leaseCases } from '../lease-cases.ts'
import { closeNodes } from '../nodes.ts'
import { type MariadbServer, startMariadb } from './server.ts'

let server: MariadbServer
let admin: Pool
beforeAll(async () => {
  server = await startMariadb()
  admin = server.connect()
  await mysql({ pool: admin }).migrate()
}, 60_000)
afterAll(() => server.stop())
afterEach(closeNodes)

leaseCases({
  tier: () => mysql({ pool: server.connect() }),
  async remainingMs(name, key) {
    const [rows] = await admin.query<RowDataPacket[]>(
      `SELECT GREATEST(expires_at - TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) DIV 1000, 0) AS ms
       FROM hotpath_leases WHERE name = ? AND \`key\` = ?`,
      [name, Buffer.from(key)],
    )
    return Number(rows[0]?.['ms'] ?? 0)
  },
  // Looks every 25 ms.
  wakesWithinMs: 400,
})
