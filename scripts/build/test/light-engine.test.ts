/** What a page with memory alone must not carry. */
import { describe, expect, test } from 'vitest'
import { partsOfPage } from '../../page-size.ts'

/** The modules of ours that a program takes along from the start, in `packages`. */
async function modulesOf(program: string): Promise<string[]> {
  return (await partsOfPage({ program, isDevelopment: true })).map(({ path }) => path)
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
