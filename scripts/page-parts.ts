/**
 * What each room of the sources costs the page of a whole `createBrowserCache`, after gzip: its own share, and the bytes that are
 * lost when its files export nothing but names, with all that only they import. Nobody knows the size of a part alone: what
 * two rooms import is lost with neither of them.
 */
import { build, type Plugin, transform } from 'esbuild'
import { readFile } from 'node:fs/promises'
import { innerNames } from './build/inner-names.ts'
import { withoutMessages } from './build/without-messages.ts'
import { buildPage, gzipped, initialChunks, packages, roomOf } from './page-size.ts'

const PROGRAM =
  "import { createBrowserCache, endScope, placeholder } from '@hotpath/browser'; globalThis.page = { createBrowserCache, endScope, placeholder }"

interface Sizes {
  readonly first: number
  readonly all: number
}

interface Built extends Sizes {
  /** What each file has of them, by its path in `packages`: an estimate, by its share of a chunk before gzip. */
  readonly files: ReadonlyMap<string, Sizes>
}

async function sizesWithout(isEmptied: (path: string) => boolean): Promise<Built> {
  const { outputFiles, metafile } = await buildPage(PROGRAM, {
    conditions: ['@hotpath/source'],
    mangleProps: new RegExp(`^(${Object.keys(innerNames).join('|')})$`),
    mangleCache: { ...innerNames },
    plugins: [emptied(isEmptied), withoutMessages()],
  })
  const { outputs } = metafile
  const first = new Set(initialChunks(metafile))
  const total = { first: 0, all: 0 }
  const files = new Map<string, Sizes>()
  for (const [chunk, { inputs, bytes }] of Object.entries(outputs)) {
    const compressed = gzipped(outputFiles, chunk)
    const add = (to: Sizes, more: number): Sizes => ({
      first: to.first + (first.has(chunk) ? more : 0),
      all: to.all + more,
    })
    Object.assign(total, add(total, compressed))
    for (const [path, { bytesInOutput }] of Object.entries(inputs))
      files.set(path, add(files.get(path) ?? { first: 0, all: 0 }, (compressed * bytesInOutput) / bytes))
  }
  return { ...total, files }
}

/** Files that have their exports, and nothing in them. */
function emptied(isEmptied: (path: string) => boolean): Plugin {
  return {
    name: 'emptied',
    setup(builder) {
      builder.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
        if (!isEmptied(path.slice(packages.length + 1))) return undefined
        const { code } = await transform(await readFile(path, 'utf8'), { loader: 'ts', format: 'esm' })
        const { metafile } = await build({
          stdin: { contents: code, resolveDir: '/' },
          metafile: true,
          write: false,
          format: 'esm',
          outdir: '/one',
          logLevel: 'silent',
        })
        const names = Object.values(metafile.outputs).flatMap(({ exports }) => exports)
        // A class of which others are made stays one.
        return { contents: names.map((name) => `export class ${name} {}`).join('\n'), loader: 'js' }
      })
    },
  }
}

/** Prints the table. */
export async function printParts(): Promise<void> {
  const whole = await sizesWithout(() => false)
  const own = new Map<string, Sizes>()
  for (const [path, { first, all }] of whole.files) {
    if (!/^\w+\/src\//.test(path) || all === 0) continue
    const before = own.get(roomOf(path)) ?? { first: 0, all: 0 }
    own.set(roomOf(path), { first: before.first + first, all: before.all + all })
  }
  console.log(`${kB(whole.first)} kB before the first paint, ${kB(whole.all)} kB in all\n`)
  console.log(`${''.padEnd(24)}  first  lost    all  lost`)
  for (const [room, { first, all }] of [...own].sort(([, a], [, b]) => b.all - a.all)) {
    const without = await sizesWithout((path) => roomOf(path) === room)
    const lost = [whole.first - without.first, whole.all - without.all] as const
    console.log(`${room.padEnd(24)} ${[first, lost[0], all, lost[1]].map((bytes) => kB(bytes).padStart(6)).join('')}`)
  }
}

function kB(bytes: number): string {
  return (Math.max(0, bytes) / 1_000).toFixed(1)
}
