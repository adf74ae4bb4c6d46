/** To import one function must not bring along the rest: nothing is made at load that a bundler could not leave out. */
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const options = {
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  write: false,
} as const

/** All of the package as one module, as it is published, from which only one export is used. */
async function bytesOf(name: string): Promise<number> {
  const entryPoints = [`${import.meta.dirname}/../src/index.ts`]
  const whole = await build({ ...options, entryPoints, conditions: ['@hotpath/source'] })
  const contents = `${whole.outputFiles[0]?.text}`.replace(/export \{[^}]*\};\s*$/, `export { ${name} };`)
  const { outputFiles } = await build({ ...options, minify: true, stdin: { contents } })
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length
}

test.each([
  ['isRetryable', 850],
  ['parseRetryAfter', 500],
  ['currentCall', 950],
  ['compose', 3_600],
])('`import { %s }` costs at most %i bytes (gzip)', async (name, most) => {
  expect(await bytesOf(name)).toBeLessThan(most)
})
