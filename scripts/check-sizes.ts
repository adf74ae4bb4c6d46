/**
 * Every entry point keeps its byte budget, and every size that is quoted in prose is true. A size is quoted as
 * `5.6 kB (minified, gzip)`, of the package whose README it stands in or whose name stands before it on the line;
 * the README of each package quotes its own.
 */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { publicPackages, root } from './workspace.ts'

/** One entry point, as size-limit reports it. */
interface Measured {
  readonly name: string
  readonly passed: boolean
  readonly size: number
  readonly sizeLimit: number
}

/** By how much a quoted size may differ from the present one. */
const TOLERANCE = 0.1
const QUOTE = /(?:(@hotpath\/[\w/-]+)[^@]*?)?\b([\d.]+) kB \(minified, gzip\)/g
const PAGES = ['*.md', 'docs/**/*.md', '{packages,examples}/*/README.md']

const packages = publicPackages()
const entryPoints = measure()
const pages = globSync(PAGES, { cwd: root, exclude: ['docs/api/**'] }).sort()
const problems = [...entryPoints.flatMap(checkBudget), ...pages.flatMap((page) => [...checkPage(page)])]
for (const { name, size, sizeLimit } of entryPoints) console.log(`${name}: ${kB(size)}, at most ${kB(sizeLimit)}`)
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1

function measure(): Measured[] {
  const { stdout, stderr, error } = spawnSync(join(root, 'node_modules/.bin/size-limit'), ['--json'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (error) throw error
  try {
    return JSON.parse(stdout) as Measured[]
  } catch (cause) {
    throw new Error(`size-limit did not measure. Run \`pnpm build\` first.\n${stdout}${stderr}`, { cause })
  }
}

function checkBudget({ name, passed, size, sizeLimit }: Measured): string[] {
  if (passed) return []
  return [`.size-limit.ts: \`${name}\` is ${kB(size)}, over its budget of ${kB(sizeLimit)}. Make it smaller, or argue.`]
}

function* checkPage(page: string): Generator<string> {
  const home = packages.find(({ dir }) => page === relative(root, join(dir, 'README.md')))
  const quoted = new Set<string | undefined>()
  for (const [index, line] of readFileSync(join(root, page), 'utf8').split('\n').entries()) {
    for (const [, name = home?.name, quote] of line.matchAll(QUOTE)) {
      quoted.add(name)
      const entryPoint = entryPoints.find((one) => one.name === name)
      if (entryPoint === undefined) yield `${page}:${index + 1}: quotes a size of \`${name}\`, which is no entry point.`
      else if (Math.abs(Number(quote) * 1_000 - entryPoint.size) > entryPoint.size * TOLERANCE) {
        yield `${page}:${index + 1}: \`${name}\` is ${kB(entryPoint.size)}, not ${quote} kB.`
      }
    }
  }
  if (home !== undefined && !quoted.has(home.name)) yield `${page}: quotes no size of \`${home.name}\`.`
}

/** As size-limit counts: 1 kB is 1,000 bytes. */
function kB(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`
}
