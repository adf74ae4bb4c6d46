/**
 * Every `ts` block in the pages and in the doc comments compiles, runs, and prints what it says. The rules for writing
 * one are in CONTRIBUTING.md. `node scripts/check-examples.ts docs/keys.md` checks the pages that it names.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { availableParallelism } from 'node:os'
import { compile } from './examples/compile.ts'
import { type Mistake, findExamples } from './examples/extract.ts'
import { run } from './examples/run.ts'
import { startServers } from './examples/servers.ts'

const mistakes: Mistake[] = []
const examples = findExamples(mistakes, process.argv.slice(2))
// Real, because the compiler and the stacks of errors name files by their real paths.
const dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpath-examples-')))
try {
  const compiled = compile(examples, dir)
  mistakes.push(...compiled.mistakes)
  if (compiled.mistakes.length === 0) {
    const servers = await startServers(examples.map(({ code }) => code))
    const queue = compiled.programs.values()
    const worker = async (): Promise<void> => {
      for (const program of queue) mistakes.push(...(await run(program, servers.env)))
    }
    try {
      await Promise.all(Array.from({ length: availableParallelism() }, worker))
    } finally {
      await servers.stop()
    }
  }
} finally {
  rmSync(dir, { recursive: true, force: true })
}

mistakes.sort((a, b) => a.page.localeCompare(b.page) || a.line - b.line)
for (const { page, line, text } of mistakes) console.error(`${page}:${line}: ${text}`)
console.log(`${examples.length} examples, ${mistakes.length} mistakes`)
process.exitCode = mistakes.length === 0 && examples.length > 0 ? 0 : 1
