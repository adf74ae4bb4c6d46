import type { RowDataPacket } from 'mysql2/promise'
import { leaseCases } from '../lease-cases.ts'
import { useMariadb } from './server.ts'

const db = useMariadb()

leaseCases({
  tier: () => db().tier(),
  async remainingMs(name, key) {
    const [rows] = await db().admin.query<RowDataPacket[]>(
      `SELECT GREATEST(expires_at - TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) DIV 1000, 0) AS ms
       FROM hotpath_leases WHERE name = ? AND \`key\` = ?`,
      [name, Buffer.from(key)],
    )
    return Number(rows[0]?.['ms'] ?? 0)
  },
  // Looks every 25 ms.
  wakesWithinMs: 400,
})
