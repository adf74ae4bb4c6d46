import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { until } from '../../src/index.ts'

/** Groups of the processes that a process has started, by its number. */
function groupsOf(parent: number): number[] {
  return processes()
    .filter(({ ppid }) => ppid === parent)
    .map(({ pgid }) => pgid)
}

function processes(): { readonly ppid: number; readonly pgid: number }[] {
  // A process that has ended and was not waited for yet is none.
  return spawnSync('ps', ['-A', '-o', 'ppid=,pgid=,stat='])
    .stdout.toString()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , stat]) => stat !== undefined && !stat.startsWith('Z'))
    .map(([ppid, pgid]) => ({ ppid: Number(ppid), pgid: Number(pgid) }))
}

it.each([
  ['SIGKILL', 'all'],
  // Sent by Ctrl+C to all of a group, and the browser that starts fastest will do.
  ['SIGINT', 'last'],
] as const)('no browser outlives its test process, which ends by %s', async (signal, which) => {
  const temporary = mkdtempSync(join(tmpdir(), 'hotpath-leftovers-'))
  const script = join(import.meta.dirname, '../process/launch.ts')
  const child = spawn(process.execPath, ['--conditions=@hotpath/source', script, which], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  const { pid = 0 } = child
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const started = Number(line.toString())
    expect(readdirSync(temporary).filter((name) => name.startsWith('hotpath-'))).toHaveLength(started)
    const groups = groupsOf(pid)
    expect(groups.length).toBeGreaterThan(started)
    process.kill(signal === 'SIGINT' ? -pid : pid, signal)
    await once(child, 'exit')
    await until('all processes have ended', () => !processes().some(({ pgid }) => groups.includes(pgid)))
    expect(existsSync(temporary) && readdirSync(temporary).filter((name) => name.startsWith('hotpath-'))).toEqual([])
  } finally {
    child.kill('SIGKILL')
    rmSync(temporary, { recursive: true, force: true })
  }
})
