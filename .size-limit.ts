import { builtinModules } from 'node:module'
import type { Page } from './scripts/page-size.ts'
import { entryPoints, hasCondition, publicPackages, specifier } from './scripts/workspace.ts'

/** What an entry point may cost its user: minified and compressed with gzip, with all that it imports. */
const budgets: Readonly<Record<string, string>> = {
  '@hotpath/codec': '25.1 kB',
  '@hotpath/contract': '8.1 kB',
  '@hotpath/contract/unstorable': '3.3 kB',
  '@hotpath/contract/values': '3.8 kB',
  '@hotpath/core': '27.4 kB',
  '@hotpath/core/changes': '2.1 kB',
  '@hotpath/core/lease': '2.2 kB',
  '@hotpath/core/lru': '6 kB',
  '@hotpath/core/histogram': '1.2 kB',
  '@hotpath/core/placeholders': '2.9 kB',
  '@hotpath/core/presets': '0.3 kB',
  '@hotpath/core/retain': '2.2 kB',
  '@hotpath/core/tiny-lfu': '1.9 kB',
  '@hotpath/core/shared': '15.7 kB',
  '@hotpath/decorators': '23.2 kB',
  '@hotpath/redis': '51.4 kB',
  '@hotpath/request': '19.8 kB',
  '@hotpath/request/http': '30.6 kB',
  '@hotpath/sql': '59.2 kB',
  '@hotpath/testkit': '19.3 kB',
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
  readonly modifyRolldownConfig: (config: object) => object
}

const checks: readonly Check[] = publicPackages().flatMap((pkg) =>
  entryPoints(pkg).map((subpath) => {
    const name = specifier(pkg, subpath)
    const limit = budgets[name]
    if (limit === undefined) throw new Error(`\`${name}\` has no byte budget. Give it one in .size-limit.ts.`)
    // As pages get it.
    const dist = hasCondition(pkg.manifest, 'production') ? 'dist/production' : 'dist'
    const path = `${pkg.dir}/${dist}/${subpath === '.' ? 'index' : subpath.slice(2)}.js`
    const isForNode = forNode.includes(pkg.name)
    const ignore = isForNode ? builtinModules.map((module) => `node:${module}`) : (broughtAlong[name] ?? [])
    const resolve = { conditionNames: ['import', isForNode ? 'node' : 'browser'] }
    return { name, path, limit, ignore, gzip: true, modifyRolldownConfig: (config) => ({ ...config, resolve }) }
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
  { name: 'createCache + memory()', limit: 23_200, program: light, isDevelopment: false },
  { name: 'createCache + memory(), development', limit: 27_500, program: light, isDevelopment: true },
  {
    name: '@hotpath/core/shared on top',
    limit: 11_700,
    program: both,
    isDevelopment: false,
    beyond: { program: light, isDevelopment: false },
  },
]

export default checks
