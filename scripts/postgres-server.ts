/**
 * A PostgreSQL of our own for tests and benchmarks, on a free port of 127.0.0.1, in a folder that is removed again. Its
 * superuser is `admin`; everybody is let in without a password, save the role `locked`.
 */
import { type ChildProcess, spawnSync } from 'node:child_process'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { launch, terminate } from './server-process.ts'
import { folderOf, unprivileged } from './unprivileged.ts'

/** A running server. */
export interface PostgresServer {
  readonly port: number
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Starts it again on what it left. */
  restart(): Promise<void>
  /** Starts a replica, which streams what is written here. */
  replica(): Promise<PostgresServer>
  /** Makes a replica a primary. */
  promote(): void
  /** Ends it, and removes what it wrote. */
  stop(): Promise<void>
}

const SETTINGS = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', 'fsync=off']

/** Starts one; resolves when it answers. */
export async function startPostgres(): Promise<PostgresServer> {
  const { dir, data } = newFolder()
  command('initdb', ['-D', data, '-U', 'admin', '-A', 'trust', '-E', 'UTF8', '-N'], dir)
  const rules = join(data, 'pg_hba.conf')
  writeFileSync(rules, `host all locked 127.0.0.1/32 scram-sha-256\n${readFileSync(rules, 'utf8')}`)
  return run(dir, data)
}

async function run(dir: string, data: string): Promise<PostgresServer> {
  const port = await freePort()
  const args = ['-D', data, '-p', String(port), ...SETTINGS.flatMap((setting) => ['-c', setting])]
  const start = (): Promise<ChildProcess> =>
    launch({
      file: join(binaries(), 'postgres'),
      args,
      options: { ...unprivileged('postgres'), cwd: dir },
      isReady: () =>
        spawnSync(join(binaries(), 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]).status === 0,
    })
  let child = await start()
  return {
    port,
    kill: () => terminate(child, 'SIGQUIT'),
    async restart() {
      child = await start()
    },
    async replica() {
      const folder = newFolder()
      const from = ['-h', '127.0.0.1', '-p', String(port), '-U', 'admin']
      command('pg_basebackup', ['-D', folder.data, ...from, '-R', '-X', 'stream', '-c', 'fast'], folder.dir)
      return run(folder.dir, folder.data)
    },
    promote: () => command('pg_ctl', ['promote', '-D', data], dir),
    async stop() {
      await terminate(child, 'SIGQUIT')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function newFolder(): { readonly dir: string; readonly data: string } {
  const dir = folderOf(unprivileged('postgres'), 'postgres')
  return { dir, data: join(dir, 'data') }
}

function command(name: string, args: readonly string[], cwd: string): void {
  const done = spawnSync(join(binaries(), name), args, { ...unprivileged('postgres'), cwd, encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`${name} failed: ${done.stderr}`, { cause: done.error })
}

/** Where Debian keeps what is not on the path. */
function binaries(): string {
  const [newest] = globSync('/usr/lib/postgresql/*/bin').sort().toReversed()
  if (newest !== undefined) return newest
  const { status, stdout } = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' })
  if (status === 0) return stdout.trim()
  throw new Error('There is no PostgreSQL here. Install it, on Debian with `apt-get install postgresql`.')
}
