import { builtinModules } from 'node:module'
import type { Page } from './scripts/page-size.ts'
import { entryPoints, hasCondition, publicPackages, specifier } from './scripts/workspace.ts'

/** What an entry point may cost its user: minified and compressed with gzip, with all that it imports. */
const budgets: Readonly<Record<string, string>> = {
  '@hotpath/browser': '64.1 kB',
  '@hotpath/browser/encryption': '7.8 kB',
  '@hotpath/browser/follow': '12.6 kB',
  '@hotpath/browser/positions': '11.4 kB',
  '@hotpath/browser/server': '4.7 kB',
  '@hotpath/browser/strategies': '1.71 kB',
  '@hotpath/codec': '24.9 kB',
  '@hotpath/contract': '7.7 kB',
  '@hotpath/contract/deadlines': '0.6 kB',
  '@hotpath/contract/nearest-name': '0.4 kB',
  '@hotpath/contract/unstorable': '1.9 kB',
  '@hotpath/contract/values': '2.9 kB',
  '@hotpath/core': '25.7 kB',
  '@hotpath/core/changes': '2.2 kB',
  '@hotpath/core/deferred': '6.1 kB',
  '@hotpath/core/hold': '1.4 kB',
  '@hotpath/core/lease': '2.1 kB',
  '@hotpath/core/inside': '1.5 kB',
  '@hotpath/core/log': '2.5 kB',
  '@hotpath/core/lru': '6 kB',
  '@hotpath/core/histogram': '1.1 kB',
  '@hotpath/core/placeholders': '3.2 kB',
  '@hotpath/core/presets': '0.2 kB',
  '@hotpath/core/restore': '3.9 kB',
  '@hotpath/core/retain': '2.2 kB',
  '@hotpath/core/tiny-lfu': '1.9 kB',
  '@hotpath/core/shared': '14.2 kB',
  '@hotpath/db': '43.6 kB',
  '@hotpath/db/advice': '15 kB',
  '@hotpath/db/batch': '20.8 kB',
  '@hotpath/db/drizzle': '7.2 kB',
  '@hotpath/db/fields': '1.9 kB',
  '@hotpath/db/kysely': '4.1 kB',
  '@hotpath/db/mysql': '4.3 kB',
  '@hotpath/db/paginate': '7.2 kB',
  '@hotpath/db/pg': '4.2 kB',
  '@hotpath/db/pglite': '3 kB',
  '@hotpath/db/prisma': '5.5 kB',
  '@hotpath/db/report': '26.6 kB',
  '@hotpath/db/sql': '5.8 kB',
  '@hotpath/db/sqlite': '4.2 kB',
  '@hotpath/db/views': '3 kB',
  '@hotpath/decorators': '22.9 kB',
  '@hotpath/observe': '10.6 kB',
  '@hotpath/observe/inspector': '11.2 kB',
  '@hotpath/observe/mutation': '10.6 kB',
  '@hotpath/observe/pages': '11.4 kB',
  '@hotpath/observe/server-rendering': '6.6 kB',
  '@hotpath/react': '2 kB',
  '@hotpath/redis': '50.9 kB',
  '@hotpath/request': '19.1 kB',
  '@hotpath/request/http': '30.1 kB',
  '@hotpath/sql': '58.8 kB',
  '@hotpath/testkit': '19.7 kB',
  '@hotpath/vue': '1.7 kB',
  '@hotpath/web': '5.6 kB',
  '@hotpath/web/database': '6.3 kB',
  '@hotpath/web/testing': '6.9 kB',
}

/** Packages that only run in Node: what it brings along costs nothing. */
const forNode: readonly string[] = ['@hotpath/codec', '@hotpath/db', '@hotpath/redis', '@hotpath/sql']

const observeEntries = ['@hotpath/observe', '@hotpath/observe/mutation', '@hotpath/observe/pages']

/** What every page with one of these has anyway: a policy is of no use without `memory` of `@hotpath/core`. */
const broughtAlong: Readonly<Record<string, readonly string[]>> = {
  '@hotpath/core/lru': ['@hotpath/contract'],
  '@hotpath/core/tiny-lfu': ['@hotpath/contract'],
  '@hotpath/vue': ['vue', '@hotpath/contract', '@hotpath/core/inside', ...observeEntries],
  '@hotpath/react': ['react', '@hotpath/contract', '@hotpath/core/inside', '@hotpath/web', ...observeEntries],
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
/** Parts of `@hotpath/web`, in bytes; two builds of the same sources may differ by some. */
const parts: Readonly<Record<string, number>> = {
  createLifecycle: 430,
  createConnectivity: 800,
  createHints: 450,
  createIdle: 330,
  createTabs: 1_700,
  readCapabilities: 390,
  createScope: 450,
  watchMemory: 700,
}

/** A page whose life is followed, as observers do. */
const seen = `import { createLifecycle, createConnectivity } from '@hotpath/web'; ${light}; globalThis.page.seen = { createLifecycle, createConnectivity }`
/** Parts of `@hotpath/observe`, in bytes: with what they need of the core that no other page loads. */
const observed: Readonly<Record<string, { readonly limit: number; readonly imports: string }>> = {
  observe: { limit: 6_700, imports: "import { observe as observed } from '@hotpath/observe'" },
  'observe and mutation': {
    limit: 8_270,
    imports:
      "import { observe } from '@hotpath/observe'; import { mutation } from '@hotpath/observe/mutation'; const observed = { observe, mutation }",
  },
  'observe and observePages': {
    limit: 8_100,
    imports:
      "import { observe } from '@hotpath/observe'; import { observePages } from '@hotpath/observe/pages'; const observed = { observe, observePages }",
  },
  'observe and hydrate': {
    limit: 8_260,
    imports:
      "import { observe } from '@hotpath/observe'; import { hydrate } from '@hotpath/observe/server-rendering'; const observed = { observe, hydrate }",
  },
  'all but the inspector': {
    limit: 12_330,
    imports:
      "import * as all from '@hotpath/observe'; import * as mutation from '@hotpath/observe/mutation'; import * as lists from '@hotpath/observe/pages'; import * as server from '@hotpath/observe/server-rendering'; const observed = { ...all, ...mutation, ...lists, ...server }",
  },
  'observe and the inspector': {
    limit: 9_400,
    imports:
      "import { observe } from '@hotpath/observe'; import { attachInspector } from '@hotpath/observe/inspector'; const observed = { observe, attachInspector }",
  },
}

const both = `import { shared } from '@hotpath/core/shared'; ${light}; globalThis.page.shared = shared`

/** What decides whether an application in a page can afford a cache, and what lower tiers and shared logs add to it. */
export const pages: readonly BudgetedPage[] = [
  { name: 'createCache + memory()', limit: 22_540, program: light, isDevelopment: false },
  { name: 'createCache + memory(), development', limit: 27_800, program: light, isDevelopment: true },
  {
    name: '@hotpath/core/shared on top',
    limit: 10_220,
    program: both,
    isDevelopment: false,
    beyond: { program: light, isDevelopment: false },
  },
  ...Object.entries(parts).map(([part, limit]) => ({
    name: `${part} on top`,
    limit,
    program: `import { ${part} } from '@hotpath/web'; ${light}; globalThis.page.part = ${part}`,
    isDevelopment: false,
    beyond: { program: light, isDevelopment: false },
  })),
  {
    name: 'all of @hotpath/web on top, but for the database',
    limit: 4_030,
    program: `import { ${Object.keys(parts).join(', ')} } from '@hotpath/web'; ${light}; globalThis.page.parts = { ${Object.keys(parts).join(', ')} }`,
    isDevelopment: false,
    beyond: { program: light, isDevelopment: false },
  },
  ...Object.entries(observed).map(([name, { limit, imports }]) => ({
    name: `${name} of @hotpath/observe on top`,
    limit,
    program: `${imports}; ${seen}; globalThis.page.observed = observed`,
    isDevelopment: false,
    beyond: { program: seen, isDevelopment: false },
  })),
  {
    name: 'createBrowserCache on top, before the first paint',
    limit: 7_120,
    program: `import { createBrowserCache } from '@hotpath/browser'; ${light}; globalThis.page.part = createBrowserCache`,
    isDevelopment: false,
    beyond: { program: light, isDevelopment: false },
  },
  {
    name: 'openDatabase on top, with idb',
    limit: 4_650,
    program: `import { openDatabase } from '@hotpath/web/database'; ${light}; globalThis.page.part = openDatabase`,
    isDevelopment: false,
    beyond: { program: light, isDevelopment: false },
  },
]

export default checks
