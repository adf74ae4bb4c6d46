import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { root } from '../../workspace.ts'
import { stripped, withoutMessages } from '../without-messages.ts'

/** What is used of the package that was built. */
interface Core {
  readonly createCache: (options: object) => {
    getOrSet(key: string, load: () => number): Promise<number>
    inspect(key: string): Promise<object>
    close(): Promise<void>
  }
  readonly memory: (options: object) => object
}

describe('a source without messages', () => {
  test.each([
    ["new LogError('ERR_LOG_CROWDED', `Too many ${x}.`, { cause })", "new LogError('ERR_LOG_CROWDED', '', { cause })"],
    ["new KeyError(code, 'no ' + what)", 'new KeyError(code)'],
    ["new KeyError(none ? 'ERR_A' : 'ERR_B', 'no key')", "new KeyError(none ? 'ERR_A' : 'ERR_B')"],
    ["new KeyError(code, none ? 'none' : 'a bad one')", 'new KeyError(code)'],
    ["new ConfigError(kind.code, 'no unit')", 'new ConfigError(kind.code)'],
    ["refuse(trail, `a ${kind}`, 'Use an id.')", 'refuse(trail)'],
    ["refuse('not end', 'Use an id.',)", 'refuse()'],
    ["wrong(unit === '' ? 'no unit' : 'unknown unit')", 'wrong()'],
    ["wrongOption('size', 'a number', size, 'Use 12.')", "wrongOption('size')"],
    ["wrongOption('size', rule, size(), WAY_OUT, code)", "wrongOption('size', '', '', '', code)"],
    ["requiredFunction(run, 'run', '() => save()')", "requiredFunction(run, 'run')"],
    [
      "new ConfigError('ERR_CONFIG_NO_CACHE', needs(hook) + WAY_OUT)",
      "new ConfigError('ERR_CONFIG_NO_CACHE', needs(hook) + WAY_OUT)",
    ],
    ["callbackError('`onRead`', whose, { cause })", "callbackError('', '', { cause })"],
    ["this.#found('a function', 'Leave it out.')", 'this.#found()'],
    ["this.#found(`a ${kind}`, 'Store data.', error)", "this.#found('', '', error)"],
    ['this.#found(...adviceOn(value))', 'this.#found(...adviceOn(value))'],
    ["this.found('stays')", "this.found('stays')"],
    ["store.guard('The `ids` of a mutation', () => {})", "store.guard('', () => {})"],
    ["guard('get', () => {})", "guard('get', () => {})"],
    ["const KEYS_WAY_OUT = 'Use a list.'", "const KEYS_WAY_OUT = ''"],
    [
      "const TABLE: OptionTable<'name' | 'tiers'> = { name: \"'shop'\", tiers: '[memory()]', queue: check }",
      "const TABLE: OptionTable<'name' | 'tiers'> = { name: '', tiers: '', queue: check }",
    ],
    ["const NAMES = { one: 'stays' }", "const NAMES = { one: 'stays' }"],
    ["new KeyError('ERR_KEY_PART', message)", "new KeyError('ERR_KEY_PART', message)"],
    ["new TypeError('stays')", "new TypeError('stays')"],
  ])('%s', (source, short) => {
    expect(stripped(source)).toBe(short)
  })
})

test('a build for production still refuses unknown and wrong options, by code and name', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'production-'))
  try {
    const outfile = join(dir, 'core.mjs')
    await build({
      stdin: { contents: "export * from '@hotpath/core'", resolveDir: join(root, 'packages/bench') },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      conditions: ['@hotpath/source'],
      plugins: [withoutMessages() as never],
      outfile,
    })
    writeFileSync(join(dir, 'package.json'), '{}')
    const { createCache, memory } = (await import(pathToFileURL(outfile).href)) as Core
    const options = { name: 'shop', tiers: [memory({ maxEntries: 10 })] }
    const refused = (more: object, message: RegExp) => {
      expect(() => createCache({ ...options, ...more })).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG_OPTION', message: expect.stringMatching(message) as unknown }),
      )
    }
    refused({ ttll: '5m' }, /ERR_CONFIG_OPTION/)
    refused({ name: '' }, /`name` is wrong.*docs\/errors\.md/)
    const cache = createCache(options)
    expect(await cache.getOrSet('k', () => 1)).toBe(1)
    expect(await cache.inspect('k')).toMatchObject({ state: 'fresh' })
    await cache.close()
  } finally {
    rmSync(dir, { recursive: true })
  }
})
