/** Runs one example in a process of its own, and compares what it prints with what it says. */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Program } from './compile.ts'
import type { Mistake } from './extract.ts'
import { type Printed, differences } from './prints.ts'

const TIMEOUT_MS = 30_000
const NODE_ARGUMENTS = [
  '--conditions=@hotpath/source',
  '--enable-source-maps',
  '--import',
  join(import.meta.dirname, 'record.ts'),
]

/** Runs a program; `env` is added to the environment. */
export async function run(program: Program, env: Readonly<Record<string, string>> = {}): Promise<Mistake[]> {
  const { page, line, prints } = program.example
  const failure = await execute(program, env)
  if (failure !== undefined) {
    const at = Number.parseInt(failure.split(`${program.source}:`)[1] ?? '', 10)
    return [{ page, line: at || line, text: `failed.\n${indent(failure)}` }]
  }
  return differences(prints, printedBy(program)).map(({ line, expected, received }) => ({
    page,
    line,
    text: [
      'prints something else than it says.',
      `  expected: ${expected === undefined ? '(no comment says what)' : indent(expected).trim()}`,
      `  received: ${received === undefined ? '(nothing was printed)' : indent(received).trim()}`,
    ].join('\n'),
  }))
}

/** `undefined` when all went well, else what there is to read about it. */
function execute({ path }: Program, extra: Readonly<Record<string, string>>): Promise<string | undefined> {
  const env = { ...process.env, ...extra }
  return new Promise((resolve) => {
    execFile(process.execPath, [...NODE_ARGUMENTS, path], { timeout: TIMEOUT_MS, env }, (error, stdout, stderr) => {
      if (error === null) resolve(undefined)
      else if (error.killed === true) resolve(`It did not end within ${TIMEOUT_MS / 1_000} s.`)
      else resolve(`${stderr}${stdout}`.trim() || error.message)
    })
  })
}

function printedBy({ path }: Program): Printed[] {
  const file = `${path}.printed`
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as Printed)
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ')
}
