/** `npx hotpath-report`, as a process of its own. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const command = join(import.meta.dirname, '../bin/hotpath-report.mjs')

function run(...args: readonly string[]): {
  readonly status: number | null
  readonly out: string
  readonly wrong: string
} {
  const node = ['--conditions=@hotpath/source', command, ...args]
  const { status, stdout, stderr } = spawnSync(process.execPath, node, {
    encoding: 'utf8',
    cwd: import.meta.dirname,
    timeout: 50_000,
  })
  return { status, out: stdout, wrong: stderr }
}

test('prints what to do first about what the module has run, and closes it', () => {
  const { status, out, wrong } = run('./fixtures/workload.ts')
  expect(wrong).toBe('')
  expect(out).toContain('What to do first:')
  expect(out).toContain('create index users_email on users (email)')
  expect(out).toMatch(/closed\n$/)
  expect(status).toBe(0)
}, 60_000)

test('ends although the module leaves a handle open, with the report of one that fails at its end', () => {
  const { status, out, wrong } = run('./fixtures/open-handle.ts')
  expect([status, out]).toEqual([1, 'what was found\n'])
  expect(wrong).toContain('failed at its end')
}, 60_000)

test('says how it is used', () => {
  const { status, out } = run('--help')
  expect([status, out]).toEqual([0, expect.stringContaining('npx hotpath-report <module>')])
}, 60_000)

test.each([
  [[], 'Name the module'],
  [['./fixtures/no-function.ts'], 'has to export a function `workload`'],
  [['./fixtures/no-report.ts'], 'has to resolve to what has `report()`'],
  [['./fixtures/missing.ts'], 'There is no file `./fixtures/missing.ts`'],
  [['./fixtures'], 'There is no file `./fixtures`'],
])(
  'what is wrong is said: %s',
  (args, message) => {
    const { status, wrong } = run(...args)
    expect(wrong).toContain(message)
    expect(wrong.trim().split('\n')).toHaveLength(1)
    expect(status).toBe(1)
  },
  60_000,
)

test('what is wrong within the module is said with its stack', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hotpath-report-'))
  const file = join(folder, 'workload.mjs')
  writeFileSync(file, "export { missing as workload } from './missing.mjs'")
  const { status, wrong } = run(file)
  rmSync(folder, { recursive: true })
  expect(wrong).toContain('ERR_MODULE_NOT_FOUND')
  expect(wrong.trim().split('\n').length).toBeGreaterThan(1)
  expect(status).toBe(1)
}, 60_000)
