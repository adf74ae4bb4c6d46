/** Builds the page for production, and says what it costs after gzip. */
import { strict as assert } from 'node:assert'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const { output } = await build({ root: import.meta.dirname, logLevel: 'warn', build: { write: false } })
const chunks = new Map(output.filter(({ type }) => type === 'chunk').map((chunk) => [chunk.fileName, chunk]))
const first = new Set([...chunks.values()].filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName))
for (const name of first) for (const imported of chunks.get(name).imports) first.add(imported)

const all = [...chunks.values()]
assert(all.length > first.size, 'What a page needs later is a chunk of its own.')
for (const { fileName, code } of all) {
  assert(!code.includes('Did you mean'), `${fileName} has the messages of development.`)
}
const kiloBytes = (some) => (some.reduce((sum, { code }) => sum + gzipSync(code).length, 0) / 1_000).toFixed(1)
const atOnce = all.filter(({ fileName }) => first.has(fileName))
console.log(`React and the cache: ${kiloBytes(atOnce)} kB gzip at once, ${kiloBytes(all)} kB in all`)
