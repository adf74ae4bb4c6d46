/** Bundles the page: what it begins with is `page.js`, what it loads later lies beside it. */
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

const PAGE = join(import.meta.dirname, 'page')

/** Writes all files of the page into a folder. */
export async function buildPage(dir: string): Promise<void> {
  await build({
    entryPoints: [join(PAGE, 'page.ts'), join(PAGE, 'page.css')],
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@hotpath/source'],
    outdir: dir,
    logLevel: 'error',
  })
  await copyFile(join(PAGE, 'index.html'), join(dir, 'index.html'))
}
