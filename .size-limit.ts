import { entryPoints, publicPackages, specifier } from './scripts/workspace.ts'

/** What an entry point may cost its user: minified and compressed with Brotli, with all that it imports. */
const budgets: Readonly<Record<string, string>> = {
  '@hotpath/contract': '6.2 kB',
  '@hotpath/core': '23.5 kB',
  '@hotpath/testkit': '15.9 kB',
}

const checks = publicPackages().flatMap((pkg) =>
  entryPoints(pkg).map((subpath) => {
    const name = specifier(pkg, subpath)
    const limit = budgets[name]
    if (limit === undefined) throw new Error(`\`${name}\` has no byte budget. Give it one in .size-limit.ts.`)
    return { name, path: `${pkg.dir}/dist/${subpath === '.' ? 'index' : subpath.slice(2)}.js`, limit }
  }),
)

export default checks
