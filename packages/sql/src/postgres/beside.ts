/**
 * A connection beside those of a pool, made as the pool makes its own: to listen by one of the pool's would cost it that
 * one, and `pool.end()` would wait for it.
 */
import type { PostgresConnection, PostgresPool } from './client.ts'

/** Opens one; of the pool where it does not say how it makes them. */
export async function connectBeside(pool: PostgresPool): Promise<PostgresConnection> {
  const { Client, options } = pool
  if (Client === undefined || options === undefined) return pool.connect()
  const client = new Client(options as never)
  // Its end also shows as a failed query; without a listener it would end the process.
  client.on('error', ignore)
  const release = (): void => void client.end().catch(ignore)
  try {
    await client.connect()
  } catch (error) {
    release()
    throw error
  }
  return Object.assign(client, { release })
}

function ignore(): void {}
