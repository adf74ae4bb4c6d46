#!/usr/bin/env node
/**
 * `npx hotpath-report <module>`: runs the `workload` that the module exports, and prints what its report says to do first. The function
 * does what is to be looked at, and resolves to what has `report()`, such as `withReport(…)`; `close()` is called if there is one.
 */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

class UsageError extends Error {}

const [path] = process.argv.slice(2)
try {
  console.log(await reportOf(path))
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error)
  process.exitCode = 1
}

/** @param {string | undefined} path */
async function reportOf(path) {
  if (path === undefined) throw new UsageError('Name the module: `npx hotpath-report ./workload.js`.')
  const { workload } = await import(pathToFileURL(resolve(path)).href)
  if (typeof workload !== 'function') throw new UsageError(`\`${path}\` has to export a function \`workload\`.`)
  const reporting = await workload()
  try {
    if (typeof reporting?.report !== 'function')
      throw new UsageError(`\`workload\` of \`${path}\` has to resolve to what has \`report()\`: see \`withReport\`.`)
    const { text } = await reporting.report()
    return text
  } finally {
    await reporting?.close?.()
  }
}
