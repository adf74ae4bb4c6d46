import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

const require = createRequire(import.meta.url)
const home = join(import.meta.dirname, '../..')

/** The oldest compiler that we promise, the last of its kind, the one that tools use, and the native one. */
const compilers = ['typescript-5.4', 'typescript-5.9', 'typescript', 'typescript-7'].map((name) => {
  const path = require.resolve(`${name}/package.json`)
  const { version, bin } = require(path) as { version: string; bin: Record<string, string> }
  return { version, bin: join(dirname(path), Object.values(bin)[0] as string) }
})

/** Whether all complaints are about the sources of other packages, of which users get declarations. */
function isAboutOthers(complaints: string): boolean {
  return complaints !== '' && complaints.split('\n').every((line) => line === '' || line.startsWith('../'))
}

/** What a compiler says of the type tests. It reads the sources, with the options that all versions know. */
function check(bin: string, flags: readonly string[]): Promise<string> {
  const options = [
    ['--noEmit', '--strict', '--skipLibCheck', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'],
    ['--target', 'es2022', '--lib', 'es2023,esnext.disposable,esnext.decorators', '--types', 'node'],
    ['--module', 'esnext', '--moduleResolution', 'bundler', '--allowImportingTsExtensions'],
    ['--customConditions', '@hotpath/source', ...flags],
  ]
  return new Promise((resolve) => {
    const args = [bin, ...options.flat(), join(home, 'test/types.test-d.ts')]
    execFile(process.execPath, args, { cwd: home, timeout: 120_000 }, (error, stdout, stderr) =>
      resolve(error === null || isAboutOthers(stdout) ? 'compiles' : `${stdout}${stderr}${error.message}`),
    )
  })
}

describe.for(compilers)('the types, in TypeScript $version', { timeout: 150_000 }, ({ version, bin }) => {
  const ignoresConfig = Number(version.split('.')[0]) >= 6 ? ['--ignoreConfig'] : []

  test('hold for the decorators of ECMAScript', async () => {
    expect(await check(bin, ignoresConfig)).toBe('compiles')
  })

  test('hold for legacy decorators', async () => {
    expect(await check(bin, [...ignoresConfig, '--experimentalDecorators'])).toBe('compiles')
  })
})
