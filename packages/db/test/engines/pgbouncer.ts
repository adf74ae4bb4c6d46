/** A PgBouncer of our own before a PostgreSQL, in transaction mode. */
import { rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort } from '../../../../scripts/free-port.ts'
import { launch, terminate } from '../../../../scripts/server-process.ts'
import { folderOf, unprivileged } from '../../../../scripts/unprivileged.ts'

/** A running pooler. */
export interface Pgbouncer {
  readonly port: number
  stop(): Promise<void>
}

/** Starts one with a few connections to a server. */
export async function startPgbouncer(serverPort: number): Promise<Pgbouncer> {
  const user = unprivileged('postgres')
  const dir = folderOf(user, 'pgbouncer')
  const port = await freePort()
  writeFileSync(join(dir, 'users.txt'), '"admin" ""\n', { mode: 0o644 })
  const settings = [
    '[databases]',
    `postgres = host=127.0.0.1 port=${serverPort}`,
    '[pgbouncer]',
    ...['listen_addr = 127.0.0.1', `listen_port = ${port}`, 'unix_socket_dir =', 'auth_type = trust'],
    ...[
      `auth_file = ${join(dir, 'users.txt')}`,
      'pool_mode = transaction',
      'default_pool_size = 3',
      'max_client_conn = 50',
    ],
  ]
  writeFileSync(join(dir, 'settings.ini'), `${settings.join('\n')}\n`, { mode: 0o644 })
  const child = await launch({
    file: 'pgbouncer',
    args: [join(dir, 'settings.ini')],
    options: { ...user, cwd: dir, env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` } },
    isReady: () => isListening(port),
  })
  return {
    port,
    async stop() {
      await terminate(child, 'SIGQUIT')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
