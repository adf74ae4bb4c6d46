/** What each library adds to a page. */
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** Every page of the framework has it. */
const FRAMEWORK = ['react', 'react-dom', 'react/jsx-runtime', 'react-dom/client', 'vue']

/** Prints the bytes of the same screens with each library, without the framework. */
export async function printBytes(
  frameworks: Readonly<Record<string, readonly string[]>>,
  conditions: readonly string[],
): Promise<void> {
  console.log('| bytes, minified and compressed, without the framework | | gzip |\n| --- | --: | --: |')
  for (const [framework, names] of Object.entries(frameworks)) {
    for (const name of names) {
      const file = `./${framework}-${name}.${framework === 'react' ? 'tsx' : 'ts'}`
      const { plain, gzip } = await bytesOf(`export { ${name} } from '${file}'`, conditions)
      console.log(`| ${framework}, ${name} | ${kB(plain)} | ${kB(gzip)} |`)
    }
  }
}

async function bytesOf(
  contents: string,
  conditions: readonly string[],
): Promise<{ readonly plain: number; readonly gzip: number }> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(import.meta.dirname), loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: [...conditions],
    external: FRAMEWORK,
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
    logLevel: 'silent',
  })
  const code = outputFiles[0]?.contents ?? new Uint8Array()
  return { plain: code.length, gzip: gzipSync(code, { level: 9 }).length }
}

function kB(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`
}
