/** Every row of docs/bounds.md names tests that exist: a file, and words of the name of a test in it. */
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from './workspace.ts'

const page = 'docs/bounds.md'
const files = globSync('packages/*/{test,src/suite}/**/*.ts', { cwd: root })
/** A line that names a test, a group of tests, or a case of a conformance suite. */
const NAMING = /\b(?:test|it|describe)\b.*\(|\bname: /
const faults: string[] = []
let count = 0

for (const [index, line] of readFileSync(join(root, page), 'utf8').split('\n').entries()) {
  const cells = line.split(' | ')
  if (!line.startsWith('| ') || cells[0] === '| what' || cells[0] === '| ---') continue
  const tests = [...(cells.at(-1) ?? '').matchAll(/`([\w.-]+\.ts)`(?:, "([^"]+)")?/g)]
  if (tests.length === 0) faults.push(`${page}:${index + 1}: no test is named`)
  for (const [, file = '', words = ''] of tests) {
    count++
    const found = files.filter((path) => basename(path) === file)
    if (found.length === 0) faults.push(`${page}:${index + 1}: there is no \`${file}\``)
    else if (!found.some((path) => namesIn(path).some((name) => name.includes(words))))
      faults.push(`${page}:${index + 1}: no test of \`${file}\` says "${words}"`)
  }
}

for (const fault of faults) console.error(fault)
console.log(`${count} tests named by ${page}, ${faults.length} faults`)
process.exitCode = faults.length === 0 && count > 0 ? 0 : 1

function namesIn(path: string): string[] {
  return readFileSync(join(root, path), 'utf8')
    .split('\n')
    .filter((line) => NAMING.test(line))
}
