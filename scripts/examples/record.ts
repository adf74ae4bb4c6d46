/** Loaded before an example: notes what `console.log` prints, with the line of the page that it is called on. */
import { appendFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { format, getCallSites } from 'node:util'
import type { Printed } from './prints.ts'

const program = process.argv[1] ?? ''
// Source maps lead from the program that runs to the page that it was made of.
const page = pathToFileURL(program.replace(/\.mjs$/, '.ts')).href

console.log = (...values: unknown[]): void => {
  const line = getCallSites().find(({ scriptName }) => scriptName === page)?.lineNumber ?? 0
  const printed: Printed = { line, text: format(...values) }
  appendFileSync(`${program}.printed`, `${JSON.stringify(printed)}\n`)
}
