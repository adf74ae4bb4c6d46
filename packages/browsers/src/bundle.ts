import { build } from 'esbuild'

/** What the pages of the tests are built for. */
const TARGET = 'es2022'

/** From sources, so that nothing has to be built before. */
const FROM_SOURCE: readonly string[] = ['@hotpath/source']

/** The module of a page, and how it is bundled. */
interface PageModule {
  readonly file: string
  /** By which packages are resolved. Default: their sources. */
  readonly conditions: readonly string[] | undefined
  readonly alias: Readonly<Record<string, string>> | undefined
}

/** Bundles the module of a page. */
export async function bundlePage({ file, conditions = FROM_SOURCE, alias = {} }: PageModule): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: TARGET,
    conditions: [...conditions],
    alias: { ...alias },
    // As for production, where packages are built.
    minify: conditions !== FROM_SOURCE,
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}
