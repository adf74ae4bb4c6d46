/** The databases that a soak runs over. */
import { join } from 'node:path'
import { type Topologies, type Topology, silences } from '@hotpath/soak'
import { type SilentProxy, startSilentProxy } from '../../../../scripts/silent-proxy.ts'
import { mysql, postgres, sqlite } from '../../src/index.ts'
import { startMariadb } from '../integration/mysql/server.ts'
import { startPostgres } from '../integration/postgres/server.ts'
import { freshPath, removeFolders } from '../integration/sqlite/folder.ts'
import { BACK_MS, MARIADB_LOSING, mariadbFaults } from './mariadb-faults.ts'
import { POSTGRES_LOSING, postgresFaults } from './postgres-faults.ts'
import type { Setup } from './setup.ts'
import { SQLITE_LOSING, sqliteFaults } from './sqlite-faults.ts'

const worker = join(import.meta.dirname, 'worker.ts')

export const topologies: Topologies = {
  async sqlite() {
    const path = freshPath()
    await sqlite({ path }).migrate()
    return {
      worker,
      setup: (): Setup => ({ type: 'sqlite', path }),
      // The file's clock is that of the machine.
      clocksDiffer: false,
      faults: sqliteFaults(path),
      losing: SQLITE_LOSING,
      stop: async () => removeFolders(),
    }
  },
  async postgres() {
    const server = await startPostgres()
    await postgres({ pool: server.connect() }).migrate()
    const { proxies, portOf } = await proxiesTo(server.port)
    return {
      worker,
      setup: (index): Setup => ({ type: 'postgres', port: portOf(index), variant: index }),
      clocksDiffer: true,
      faults: { ...postgresFaults(server), ...silences(proxies) },
      losing: POSTGRES_LOSING,
      async stop() {
        for (const proxy of proxies) await proxy.stop()
        await server.stop()
      },
    }
  },
  async mariadb() {
    const server = await startMariadb(['--max-connections=500'])
    const pool = server.connect({ multipleStatements: true })
    await mysql({ pool }).migrate()
    // Not one who may do everything: a server asks nothing of such.
    await pool.query("CREATE USER shop@'127.0.0.1'; GRANT ALL ON app.* TO shop@'127.0.0.1'")
    const { proxies, portOf } = await proxiesTo(server.port)
    return {
      worker,
      setup: (index): Setup => ({ type: 'mariadb', port: portOf(index), variant: index }),
      clocksDiffer: true,
      standsStillMs: BACK_MS,
      faults: { ...mariadbFaults(server), ...silences(proxies) },
      losing: MARIADB_LOSING,
      async stop() {
        for (const proxy of proxies) await proxy.stop()
        await server.stop()
      },
    }
  },
}

/** What starts one of them. */
export function startOf(name: string): () => Promise<Topology> {
  const start = topologies[name]
  if (start === undefined) throw new Error(`There is no ${name}.`)
  return start
}

const PROXIES = 4

/** A proxy for each process, so that its connections can fall silent. */
async function proxiesTo(
  port: number,
): Promise<{ readonly proxies: readonly SilentProxy[]; portOf(index: number): number }> {
  const proxies = await Promise.all(Array.from({ length: PROXIES }, () => startSilentProxy(port)))
  return { proxies, portOf: (index) => proxies[index % PROXIES]?.port ?? port }
}
