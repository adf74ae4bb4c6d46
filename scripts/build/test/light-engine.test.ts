/** What a page with memory alone must not carry. */
import { join } from 'node:path'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { root } from '../../workspace.ts'

/** The modules of ours that a program takes along from the start, in `packages`. */
async function modulesOf(program: string): Promise<string[]> {
  const { metafile } = await build({
    stdin: { contents: program, resolveDir: join(root, 'packages/bench') },
    absWorkingDir: join(root, 'packages'),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['@hotpath/source'],
    splitting: true,
    outdir: '/page',
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const { outputs } = metafile
  const first = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === '<stdin>')
  const chunks = new Set(first === undefined ? [] : [first])
  // What is loaded by `import()` comes when it is called for.
  for (const chunk of chunks) {
    for (const { path, kind } of outputs[chunk]?.imports ?? []) if (kind === 'import-statement') chunks.add(path)
  }
  return [...chunks].flatMap((chunk) =>
    Object.entries(outputs[chunk]?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) =>
      bytesInOutput > 0 ? [path] : [],
    ),
  )
}

describe('a cache of memory alone', () => {
  const program = "import { createCache, memory } from '@hotpath/core'\nconsole.log(createCache, memory)"

  test('takes nothing of the shared half along', async () => {
    const modules = await modulesOf(program)
    expect(modules).toContain('core/src/engine.ts')
    expect(modules.filter((module) => module.startsWith('core/src/shared/'))).toEqual([])
  })

  test('takes neither the check of values nor SHA-256 along', async () => {
    const modules = await modulesOf(program)
    expect(modules).toContain('core/src/read/read.ts')
    for (const left of ['contract/src/values/check-value.ts', 'contract/src/sha256.ts', 'core/src/door/later/warm.ts'])
      expect(modules).not.toContain(left)
  })

  test('finds what it looks for: a program with lower tiers has them', async () => {
    const modules = await modulesOf(`import { shared } from '@hotpath/core/shared'\n${program}\nconsole.log(shared)`)
    expect(modules).toContain('core/src/shared/log/mirror.ts')
    expect(modules).toContain('contract/src/sha256.ts')
  })
})
