import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'tsup'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commonJs } from '../common-js.ts'

interface Built {
  readonly memory: unknown
  readonly Engine: new () => { read(): string }
  readonly SharedError: { readonly name: string }
  isStrict(): boolean
  load(): Promise<string>
}

const SHARED = `
export class SharedError extends Error {
  override readonly name: string = 'SharedError'
}
export function limit(): string {
  return 'kept'
}
`

const INDEX = `
import { limit, SharedError } from './shared.ts'
export { limit, SharedError }
export function memory(): string {
  return 'a tier'
}
export class Engine {
  #memory: string
  limit: string
  constructor() {
    this.#memory = this.limit = limit()
  }
  read(): string {
    const options = { memory: 'x' }
    let memory
    memory = options.memory = this.#memory
    return memory
  }
}
export function isStrict(): boolean {
  return (function (this: unknown) { return this === undefined })()
}
export async function load(): Promise<string> {
  return (await import('node:path')).sep === '' ? '' : 'loaded'
}
`

const dir = mkdtempSync(join(tmpdir(), 'hotpath-build-'))
const read = (file: string): string => readFileSync(join(dir, 'dist', file), 'utf8')
const load = (file: string): Built => createRequire(join(dir, 'app.cjs'))(`./dist/${file}`) as Built

beforeAll(async () => {
  writeFileSync(join(dir, 'shared.ts'), SHARED)
  writeFileSync(join(dir, 'index.ts'), INDEX)
  writeFileSync(join(dir, 'other.ts'), `export { SharedError } from './shared.ts'\n`)
  await build({
    config: false,
    silent: true,
    entry: { index: join(dir, 'index.ts'), other: join(dir, 'other.ts') },
    outDir: join(dir, 'dist'),
    outExtension: ({ format }) => ({ js: format === 'cjs' ? '.cjs' : '.mjs' }),
    format: ['esm', 'cjs'],
    splitting: true,
    sourcemap: true,
    target: 'es2022',
    plugins: [commonJs()],
  })
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

test('a member with the name of an export leaves the export alone', () => {
  const built = load('index.cjs')
  const { memory } = built
  expect(new built.Engine().read()).toBe('kept')
  expect(built.memory).toBe(memory)
  expect(() => Object.assign(built, { memory: 'other' })).toThrow(TypeError)
})

test('classes keep their names and are the same in all entry points', () => {
  const { SharedError } = load('index.cjs')
  expect(SharedError.name).toBe('SharedError')
  expect(load('other.cjs').SharedError).toBe(SharedError)
})

test('the code is strict, as that of ES modules is', () => {
  expect(load('index.cjs').isStrict()).toBe(true)
})

test('source maps lead back to the sources', () => {
  const { sources } = JSON.parse(read('index.cjs.map')) as { readonly sources: readonly string[] }
  expect(sources).toEqual(['../index.ts'])
})

test('`import()` becomes `require`, which test runners know how to load', async () => {
  expect(read('index.cjs')).not.toContain('import(')
  expect(await load('index.cjs').load()).toBe('loaded')
})
