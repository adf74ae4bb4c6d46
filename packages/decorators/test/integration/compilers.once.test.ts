import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { transform as swc } from '@swc/core'
import { transform as esbuild } from 'esbuild'
import { afterAll, describe, expect, test } from 'vitest'

const require = createRequire(import.meta.url)
const run = promisify(execFile)
const home = join(import.meta.dirname, '../..')
const source = readFileSync(join(home, 'test/fixtures/program.ts'), 'utf8')

/** A folder in which the packages are installed, as far as the programs can tell. */
const dir = mkdtempSync(join(tmpdir(), 'hotpath-decorators-'))
mkdirSync(join(dir, 'node_modules/@hotpath'), { recursive: true })
for (const name of ['core', 'decorators']) symlinkSync(join(home, '..', name), join(dir, 'node_modules/@hotpath', name))
afterAll(() => rmSync(dir, { recursive: true }))

type Compile = (legacy: boolean) => Promise<string>

function typescript(name: string): Compile {
  return async (legacy) => {
    const path = require.resolve(`${name}/package.json`)
    const { bin } = require(path) as { bin: Record<string, string> }
    const input = join(dir, 'program.ts')
    const output = join(dir, `${name}-${legacy ? 'legacy' : 'standard'}`)
    writeFileSync(input, source)
    const options = ['--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler', '--outDir', output]
    const quiet = ['--noCheck', '--skipLibCheck', '--customConditions', '@hotpath/source']
    const mode = legacy ? ['--experimentalDecorators'] : []
    const program = [join(dirname(path), Object.values(bin)[0] as string), ...options, ...quiet, ...mode, input]
    await run(process.execPath, program, { cwd: dir, timeout: 60_000 }).catch(({ stdout }: { stdout: string }) => {
      throw new Error(stdout)
    })
    return readFileSync(join(output, 'program.js'), 'utf8')
  }
}

const compilers: Readonly<Record<string, Compile>> = {
  'tsc 6': typescript('typescript'),
  'tsc 7': typescript('typescript-7'),
  esbuild: async (legacy) => {
    const tsconfigRaw = { compilerOptions: { experimentalDecorators: legacy } }
    return (await esbuild(source, { loader: 'ts', target: 'es2022', tsconfigRaw })).code
  },
  'esbuild, minified, with keepNames': async (legacy) => {
    const tsconfigRaw = { compilerOptions: { experimentalDecorators: legacy } }
    return (await esbuild(source, { loader: 'ts', target: 'es2022', tsconfigRaw, minify: true, keepNames: true })).code
  },
  swc: async (legacy) => {
    const transform = legacy ? { legacyDecorator: true } : { decoratorVersion: '2022-03' as const }
    const parser = { syntax: 'typescript' as const, decorators: true }
    return (await swc(source, { jsc: { parser, transform, target: 'es2022' }, module: { type: 'es6' } })).code
  },
}

let programs = 0

async function execute(code: string): Promise<string> {
  const path = join(dir, `program-${programs++}.mjs`)
  writeFileSync(path, code)
  const { stdout } = await run(process.execPath, ['--conditions=@hotpath/source', path], { cwd: dir, timeout: 60_000 })
  return stdout
}

const expected = [
  '["ERR_DECORATOR_UNCONFIGURED"]',
  '["user ann","user ann",1]',
  '["users 1","users 1",2,"Repository 2","Users 2"]',
  '["user bob",3,"user null"]',
  '["put eve","put eve",null]',
  '[true,["a","b"]]',
  '[["bob",null,"users 1","Users 2"]]',
  '',
].join('\n')

describe.for(Object.entries(compilers))('a program compiled by %s', { timeout: 120_000 }, ([, compile]) => {
  test('works with the decorators of ECMAScript', async () => {
    expect(await execute(await compile(false))).toBe(expected)
  })

  test('works with legacy decorators', async () => {
    expect(await execute(await compile(true))).toBe(expected)
  })
})

test.for([false, true])('a minifier that renames classes is found out (legacy decorators: %s)', async (legacy) => {
  const tsconfigRaw = { compilerOptions: { experimentalDecorators: legacy } }
  // Top-level names are only renamed in a bundle.
  const nested = `async function main() {\n${source.replace(/^import .*$/gm, '')}\n}\nawait main()`
  const imports = source.match(/^import .*$/gm)?.join('\n') ?? ''
  const code = await esbuild(`${imports}\n${nested}`, { loader: 'ts', target: 'es2022', tsconfigRaw, minify: true })
  await expect(execute(code.code)).rejects.toThrow(/ERR_DECORATOR_NAME/)
})
