import { createCache, memory } from '@hotpath/core'
import { keyvSuite } from '@hotpath/keyv-suite'
import { afterAll, describe } from 'vitest'
import { sqlite } from '../../../src/index.ts'
import { freshPath, removeFolders } from './folder.ts'

afterAll(removeFolders)

for (const hasMemory of [true, false]) {
  describe(`keyv's suite, ${hasMemory ? 'on memory and SQLite' : 'on SQLite alone'}`, () => {
    let path: string | undefined
    keyvSuite(() => {
      path ??= freshPath()
      const tiers = [...(hasMemory ? [memory({ maxEntries: 1_000 })] : []), sqlite({ path })]
      return { cache: createCache({ name: 'keyv', tiers }) }
    })
  })
}
