/** A process of a browser that does not outlive the test process, however that one ends. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { basename, join } from 'node:path'
import { type Launch, launch } from '../../../scripts/server-process.ts'
import { until } from './patience.ts'

/** What the guard has to stop and to delete. */
export interface Guarded {
  /** The process, and number of its group, in which the processes are that it starts. */
  readonly pid: number
  /** Its profile. */
  readonly dir: string
}

/** What the guard is told. */
export type GuardMessage = ({ readonly type: 'started' } & Guarded) | { readonly type: 'ended'; readonly pid: number }

type Program = Omit<Launch, 'options' | 'started'> & Partial<Pick<Launch, 'options'>>

/** How long a browser that was asked to end may take over writing down what it stores. */
const ENDING_MS = 10_000

/** A process with all that it has started. */
export interface GuardedProcess {
  /** Waits a moment until it has ended by itself, as it was asked to, and kills what is left. */
  end(): Promise<void>
  /** Kills the whole group. Twice does no harm. */
  kill(): void
  /** Kills the processes of the group that run a program of that name. */
  killChildren(name: string): void
}

let guard: ChildProcess | undefined

/** Starts a process in a group of its own; resolves when it is ready. */
export async function launchGuarded(dir: string, { options, ...program }: Program): Promise<GuardedProcess> {
  const child = await launch({
    ...program,
    options: { ...options, detached: true },
    started: ({ pid = 0 }) => inform({ type: 'started', pid, dir }),
  })
  const { pid = 0 } = child
  const kill = (): void => {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // All of the group have ended.
    }
    inform({ type: 'ended', pid })
  }
  return {
    kill,
    killChildren(name) {
      for (const found of processesOf(pid, name)) process.kill(found, 'SIGKILL')
    },
    async end() {
      await until('it has ended', () => child.exitCode !== null || child.signalCode !== null, ENDING_MS).catch(() => {})
      kill()
    },
  }
}

function processesOf(group: number, name: string): number[] {
  const lines = spawnSync('ps', ['-A', '-o', 'pid=,pgid=,args=']).stdout.toString().split('\n')
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, pgid, program = '']) => Number(pgid) === group && basename(program) === name)
    .map(([pid]) => Number(pid))
}

function inform(message: GuardMessage): void {
  if (guard === undefined) {
    guard = spawn(process.execPath, [join(import.meta.dirname, 'guard.ts')], {
      // Not in the group that Ctrl+C ends.
      detached: true,
      stdio: ['pipe', 'ignore', 'inherit'],
    })
    guard.unref()
    ;(guard.stdin as unknown as { unref?: () => void } | null)?.unref?.()
  }
  guard.stdin?.write(`${JSON.stringify(message)}\n`)
}
