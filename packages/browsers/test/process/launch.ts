/** Starts the `last` of the browsers that are installed, or `all` of them, prints how many, and waits to be ended. */
import { engines } from '../../src/index.ts'

const [, , which] = process.argv
const installed = engines.filter(({ missing }) => missing === undefined)
const chosen = which === 'all' ? installed : installed.slice(-1)
await Promise.all(chosen.map(({ launch }) => launch()))
console.log(chosen.length)
// Ends with the test at the latest.
process.stdin.resume().once('end', () => process.exit())
