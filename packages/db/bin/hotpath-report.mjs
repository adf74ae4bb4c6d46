#!/usr/bin/env node
/**
 * `npx hotpath-report <module>`: runs the `workload` that the module exports, and prints what its report says to do first. The function
 * does what is to be looked at, and resolves to what has `report()`, such as `withReport(…)`; `close()` is called if there is one.
 */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const USAGE = `Usage: npx hotpath-report <module>

Runs the function \`workload\` that the module exports, and prints what to do first about the statements that it ran.
It resolves to what has \`report()\`, such as \`withReport(createQueryOptimizer(…))\` of @hotpath/db/report;
its \`close()\` is called at the end, if there is one.

Options:
  -h, --help  Prints this.
`

class UsageError extends Error {}

const [path] = process.argv.slice(2)
try {
  if (path === '--help' || path === '-h') process.stdout.write(USAGE)
  else await report(path)
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error)
  process.exitCode = 1
}
// What the module leaves open, as a pool, would keep the process alive. What was printed is let out first.
process.stdout.write('', () => process.stderr.write('', () => process.exit()))

/** @param {string | undefined} path */
async function report(path) {
  if (path === undefined) throw new UsageError('Name the module: `npx hotpath-report ./workload.js`.')
  const file = resolve(path)
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new UsageError(`There is no file \`${path}\` in \`${process.cwd()}\`.`)
  const { workload } = await import(pathToFileURL(file).href)
  if (typeof workload !== 'function') throw new UsageError(`\`${path}\` has to export a function \`workload\`.`)
  const reporting = await workload()
  try {
    if (typeof reporting?.report !== 'function')
      throw new UsageError(`\`workload\` of \`${path}\` has to resolve to what has \`report()\`: see \`withReport\`.`)
    const { text } = await reporting.report()
    // Whatever happens at its end.
    console.log(text)
  } finally {
    await reporting?.close?.()
  }
}
