/** What a program costs a page: bundled for browsers, minified, and compressed with gzip. */
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type BuildOptions, type BuildResult, type Metafile, type OutputFile, build } from 'esbuild'
import { withoutMessages } from './build/without-messages.ts'
import { root } from './workspace.ts'

/** A program of a page. */
export interface Page {
  readonly program: string
  /** Whether its bundler sets the condition `development`, under which errors have their messages. */
  readonly isDevelopment: boolean
}

/** One source file of a page. */
export interface Part {
  /** In `packages`: `core/src/engine.ts`. */
  readonly path: string
  /** Minified. */
  readonly bytes: number
}

const OPTIONS = {
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  // What is loaded by `import()` comes when it is called for.
  splitting: true,
  external: ['node:*'],
  outdir: '/page',
  write: false,
  metafile: true,
  logLevel: 'silent',
} as const satisfies BuildOptions

/** Bytes of what was built, after gzip, as a page takes it along from the start. */
export async function sizeOfPage(page: Page): Promise<number> {
  return (await sizesOfPage(page)).first
}

/** Bytes of what was built, after gzip: what a page takes along from the start, and what it may load later. */
export async function sizesOfPage({
  program,
  isDevelopment,
}: Page): Promise<{ readonly first: number; readonly later: number }> {
  const { outputFiles, metafile } = await buildPage(program, { conditions: isDevelopment ? ['development'] : [] })
  const sizeOf = (chunks: readonly string[]): number =>
    chunks.reduce((bytes, chunk) => bytes + gzipped(outputFiles, chunk), 0)
  const first = sizeOf(initialChunks(metafile))
  return { first, later: sizeOf(Object.keys(metafile.outputs)) - first }
}

/** The source files of a page, the largest first. Read from the sources, as what is built has lost them. */
export async function partsOfPage({ program, isDevelopment }: Page): Promise<readonly Part[]> {
  const { metafile } = await buildPage(program, {
    conditions: ['@hotpath/source'],
    plugins: isDevelopment ? [] : [withoutMessages()],
  })
  return initialChunks(metafile)
    .flatMap((chunk) => Object.entries(metafile.outputs[chunk]?.inputs ?? {}))
    .map(([path, { bytesInOutput }]) => ({ path, bytes: bytesInOutput }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes)
}

export const packages: string = join(root, 'packages')

/** Bundles a program as its only entry. */
export function buildPage(
  program: string,
  options: BuildOptions,
): Promise<BuildResult<{ readonly write: false; readonly metafile: true }>> {
  // A package that sees all others.
  const stdin = { contents: program, resolveDir: join(packages, 'bench') }
  return build({ ...options, ...OPTIONS, stdin, absWorkingDir: packages })
}

/** Chunks that are loaded from the start, the entry first. */
export function initialChunks({ outputs }: Metafile): string[] {
  const first = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === '<stdin>')
  const chunks = new Set(first === undefined ? [] : [first])
  for (const chunk of chunks) {
    for (const { path, kind } of outputs[chunk]?.imports ?? []) if (kind === 'import-statement') chunks.add(path)
  }
  return [...chunks]
}

/** Bytes of a chunk after gzip. */
export function gzipped(files: readonly OutputFile[], chunk: string): number {
  const name = chunk.slice(chunk.lastIndexOf('/'))
  const file = files.find(({ path }) => path.endsWith(name))
  return file === undefined ? 0 : gzipSync(file.contents, { level: 9 }).length
}

/** The package and the folder of a source file in it: `core/read`; its top is a room of its own. */
export function roomOf(path: string): string {
  const [name = '', , ...rest] = path.split('/')
  return rest.length > 1 ? `${name}/${rest[0]}` : name
}
