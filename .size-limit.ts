import { builtinModules } from 'node:module'
import { entryPoints, publicPackages, specifier } from './scripts/workspace.ts'

/** What an entry point may cost its user: minified and compressed with Brotli, with all that it imports. */
const budgets: Readonly<Record<string, string>> = {
  '@hotpath/codec': '20.8 kB',
  '@hotpath/contract': '6.7 kB',
  '@hotpath/contract/values': '2.3 kB',
  '@hotpath/core': '24.2 kB',
  '@hotpath/core/lru': '5 kB',
  '@hotpath/core/tiny-lfu': '1.6 kB',
  '@hotpath/core/shared': '14 kB',
  '@hotpath/decorators': '19.5 kB',
  '@hotpath/redis': '32 kB',
  '@hotpath/request': '17.8 kB',
  '@hotpath/request/http': '24.5 kB',
  '@hotpath/sql': '37.8 kB',
  '@hotpath/testkit': '15.9 kB',
}

/** Packages that only run in Node: what it brings along costs nothing. */
const forNode: readonly string[] = ['@hotpath/codec', '@hotpath/redis', '@hotpath/sql']

const checks = publicPackages().flatMap((pkg) =>
  entryPoints(pkg).map((subpath) => {
    const name = specifier(pkg, subpath)
    const limit = budgets[name]
    if (limit === undefined) throw new Error(`\`${name}\` has no byte budget. Give it one in .size-limit.ts.`)
    const path = `${pkg.dir}/dist/${subpath === '.' ? 'index' : subpath.slice(2)}.js`
    const ignore = forNode.includes(pkg.name) ? builtinModules.map((module) => `node:${module}`) : []
    return { name, path, limit, ignore }
  }),
)

export default checks
