import { builtinModules } from 'node:module'
import type { Page } from './scripts/page-size.ts'
import { entryPoints, publicPackages, specifier } from './scripts/workspace.ts'

/** What an entry point may cost its user: minified and compressed with gzip, with all that it imports. */
const budgets: Readonly<Record<string, string>> = {
  '@hotpath/codec': '25.1 kB',
  '@hotpath/contract': '11 kB',
  '@hotpath/contract/values': '4.5 kB',
  '@hotpath/core': '31.5 kB',
  '@hotpath/core/changes': '4 kB',
  '@hotpath/core/lease': '4.1 kB',
  '@hotpath/core/lru': '6 kB',
  '@hotpath/core/histogram': '0.7 kB',
  '@hotpath/core/placeholders': '5 kB',
  '@hotpath/core/presets': '0.3 kB',
  '@hotpath/core/retain': '4 kB',
  '@hotpath/core/tiny-lfu': '1.6 kB',
  '@hotpath/core/shared': '17.7 kB',
  '@hotpath/decorators': '25.8 kB',
  '@hotpath/redis': '50.4 kB',
  '@hotpath/request': '22.3 kB',
  '@hotpath/request/http': '33.4 kB',
  '@hotpath/sql': '58.4 kB',
  '@hotpath/testkit': '20.8 kB',
}

/** Packages that only run in Node: what it brings along costs nothing. */
const forNode: readonly string[] = ['@hotpath/codec', '@hotpath/redis', '@hotpath/sql']

/** What every page with one of these has anyway: a policy is of no use without `memory` of `@hotpath/core`. */
const broughtAlong: Readonly<Record<string, readonly string[]>> = {
  '@hotpath/core/lru': ['@hotpath/contract'],
  '@hotpath/core/tiny-lfu': ['@hotpath/contract'],
}

/** One entry point, as size-limit takes it. */
interface Check {
  readonly name: string
  readonly path: string
  readonly limit: string
  readonly ignore: readonly string[]
  readonly gzip: true
}

const checks: readonly Check[] = publicPackages().flatMap((pkg) =>
  entryPoints(pkg).map((subpath) => {
    const name = specifier(pkg, subpath)
    const limit = budgets[name]
    if (limit === undefined) throw new Error(`\`${name}\` has no byte budget. Give it one in .size-limit.ts.`)
    const path = `${pkg.dir}/dist/${subpath === '.' ? 'index' : subpath.slice(2)}.js`
    const ignore = forNode.includes(pkg.name)
      ? builtinModules.map((module) => `node:${module}`)
      : (broughtAlong[name] ?? [])
    return { name, path, limit, ignore, gzip: true }
  }),
)

/** A program of a page, and what it may cost after gzip. */
interface BudgetedPage extends Page {
  readonly name: string
  /** In bytes. */
  readonly limit: number
  /** What the page has anyway, and is not counted. */
  readonly beyond?: Page | undefined
}

const light = "import { createCache, memory } from '@hotpath/core'; globalThis.page = { createCache, memory }"
const both = `import { shared } from '@hotpath/core/shared'; ${light}; globalThis.page.shared = shared`

/** What decides whether an application in a page can afford a cache, and what lower tiers and shared logs add to it. */
export const pages: readonly BudgetedPage[] = [
  { name: 'createCache + memory(), production', limit: 22_700, program: light, isProduction: true },
  { name: 'createCache + memory()', limit: 27_200, program: light, isProduction: false },
  {
    name: '@hotpath/core/shared on top, production',
    limit: 11_500,
    program: both,
    isProduction: true,
    beyond: { program: light, isProduction: true },
  },
]

export default checks
