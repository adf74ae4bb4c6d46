/**
 * A MariaDB of our own for tests and benchmarks, on a free port of 127.0.0.1, in a folder that is removed again. The
 * user `admin` may do everything, without a password, and the database `app` is there.
 */
import { type ChildProcess, spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { launch, terminate } from './server-process.ts'
import { folderOf, unprivileged } from './unprivileged.ts'

/** A running server. */
export interface MariadbServer {
  readonly port: number
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Starts it again on what it left, with these settings from now on. */
  restart(settings?: readonly string[]): Promise<void>
  /** Ends it, and removes what it wrote. */
  stop(): Promise<void>
}

const FIRST = `SET sql_log_bin = 0;
CREATE USER IF NOT EXISTS admin@'127.0.0.1';
GRANT ALL ON *.* TO admin@'127.0.0.1' WITH GRANT OPTION;
CREATE DATABASE IF NOT EXISTS app;
`

/** Nothing waits for the disk, as with `fsync=off` of PostgreSQL: what a killed server wrote, the system still has. */
const NO_SYNC = '--debug-no-sync'

let servers = 0

/** Starts one; resolves when it answers. */
export async function startMariadb(settings: readonly string[] = []): Promise<MariadbServer> {
  const user = unprivileged('mysql')
  const dir = folderOf(user, 'mariadb')
  const data = join(dir, 'data')
  const first = join(dir, 'first.sql')
  writeFileSync(first, FIRST)
  const port = await freePort()
  const install = [
    '--no-defaults',
    `--tmpdir=${dir}`,
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    NO_SYNC,
  ]
  const installed = spawnSync('mariadb-install-db', install, { ...user, cwd: dir, encoding: 'utf8' })
  if (installed.status !== 0) {
    throw new Error(
      `mariadb-install-db failed. Install MariaDB, on Debian with \`apt-get install mariadb-server\`. ${installed.stderr}`,
      { cause: installed.error },
    )
  }
  const fixed = [
    ...['--no-defaults', `--datadir=${data}`, `--port=${port}`, '--bind-address=127.0.0.1', `--init-file=${first}`],
    // Each server that starts removes what others have left in the folder for temporary files, and what they still use.
    `--tmpdir=${dir}`,
    ...[`--socket=${join(dir, 'socket')}`, `--pid-file=${join(dir, 'pid')}`, `--server-id=${++servers}`],
    ...['--skip-name-resolve', '--innodb-buffer-pool-size=64M', NO_SYNC],
  ]
  const start = (given: readonly string[]): Promise<ChildProcess> =>
    launch({
      file: 'mariadbd',
      args: [...fixed, ...given],
      // Debian has it in a folder that is not on everybody's path.
      options: { ...user, cwd: dir, env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` } },
      isReady: () => spawnSync('mariadb-admin', ['--no-defaults', ...login(port), 'ping']).status === 0,
    })
  let child = await start(settings)
  return {
    port,
    kill: () => terminate(child, 'SIGKILL'),
    async restart(given = settings) {
      child = await start(given)
    },
    async stop() {
      await terminate(child, 'SIGKILL')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function login(port: number): string[] {
  return ['--host=127.0.0.1', `--port=${port}`, '--user=admin', '--silent', '--connect-timeout=2']
}
