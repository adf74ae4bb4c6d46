/** The databases that a soak runs over. */
import { join } from 'node:path'
import type { Topologies } from '@hotpath/soak'
import { postgres, sqlite } from '../../src/index.ts'
import { startPostgres } from '../integration/postgres/server.ts'
import { freshPath, removeFolders } from '../integration/sqlite/folder.ts'
import { postgresFaults } from './postgres-faults.ts'
import type { Setup } from './setup.ts'
import { sqliteFaults } from './sqlite-faults.ts'

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
      stop: async () => removeFolders(),
    }
  },
  async postgres() {
    const server = await startPostgres()
    await postgres({ pool: server.connect() }).migrate()
    return {
      worker,
      setup: (): Setup => ({ type: 'postgres', port: server.port }),
      clocksDiffer: true,
      faults: postgresFaults(server),
      stop: () => server.stop(),
    }
  },
}
