import { join } from 'node:path'
import { expect, test } from 'vitest'
import { entrySources, hasCondition, publicPackages, readManifest } from '../../workspace.ts'
import { addresses, legacyEntries, packedManifest } from '../packed-manifest.ts'

const conditions = (name: string): object => ({
  '@hotpath/source': `./src/${name}.ts`,
  import: { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` },
  require: { types: `./dist/${name}.d.cts`, default: `./dist/${name}.cjs` },
})

test('resolvers that know no `exports` find the same CommonJS files and types', () => {
  const exports = { '.': conditions('index'), './http': conditions('http'), './package.json': './package.json' }
  expect(legacyEntries({ name: 'it', exports })).toEqual({
    main: './dist/index.cjs',
    types: './dist/index.d.cts',
    typesVersions: { '*': { http: ['./dist/http.d.cts'] } },
  })
})

test('a package with one entry point needs no `typesVersions`', () => {
  expect(legacyEntries({ name: 'it', exports: { '.': conditions('index') } })).toEqual({
    main: './dist/index.cjs',
    types: './dist/index.d.cts',
  })
})

test.for(['https://git.example/me/it', 'https://git.example/me/it.git', 'https://git.example/me/it/'])(
  'repository and homepage of a package follow from %s',
  (repository) => {
    expect(addresses(repository, 'packages/core', {})).toEqual({
      repository: { type: 'git', url: 'git+https://git.example/me/it.git', directory: 'packages/core' },
      homepage: 'https://git.example/me/it/tree/main/packages/core#readme',
      bugs: 'https://git.example/me/it/issues',
    })
  },
)

test('without an address there is none in a package', () => {
  expect(addresses(undefined, 'packages/core', {})).toEqual({})
})

test.for(['NPM_CONFIG_PROVENANCE', 'PNPM_CONFIG_PROVENANCE'])('%s is refused while there is no address', (variable) => {
  expect(() => addresses(undefined, 'packages/core', { [variable]: 'true' })).toThrow(/Set `repository`/)
  expect(addresses(undefined, 'packages/core', { [variable]: 'false' })).toEqual({})
})

test.for(publicPackages())('$name leaves out what only this repository needs', ({ manifest, dir }) => {
  const packed = packedManifest(manifest, dir)
  expect(packed).not.toHaveProperty('scripts')
  expect(packed).not.toHaveProperty('devDependencies')
  expect(packed).toMatchObject({ name: manifest.name, exports: manifest.exports, main: './dist/index.cjs' })
})

test.for(publicPackages())('$name does not ask for provenance itself, which works in CI alone', ({ dir }) => {
  expect(readManifest(join(dir, 'package.json'))).toHaveProperty('publishConfig', { access: 'public' })
})

const variants = publicPackages().filter(({ manifest }) => hasCondition(manifest, 'production'))

test.for(variants)('$name has its messages everywhere but in pages that are not being developed', ({ manifest }) => {
  const sources = entrySources(manifest)
  for (const name of Object.keys(sources)) {
    const target = manifest.exports?.[name === 'index' ? '.' : `./${name}`] as Record<string, Record<string, string>>
    for (const [format, extension, types] of [
      ['import', 'js', 'd.ts'],
      ['require', 'cjs', 'd.cts'],
    ] as const) {
      // The first that holds counts, so their order is compared as well.
      expect(Object.entries(target[format] ?? {})).toEqual([
        ['types', `./dist/${name}.${types}`],
        ['node', `./dist/${name}.${extension}`],
        ['development', `./dist/${name}.${extension}`],
        ['production', `./dist/production/${name}.${extension}`],
        ['browser', `./dist/production/${name}.${extension}`],
        ['default', `./dist/${name}.${extension}`],
      ])
    }
  }
})
