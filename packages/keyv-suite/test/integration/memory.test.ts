import { createCache, memory } from '@hotpath/core'
import { describe } from 'vitest'
import { keyvSuite } from '../../src/index.ts'

describe("keyv's suite, on memory alone", () => {
  keyvSuite(() => ({ cache: createCache({ name: 'keyv', tiers: [memory({ maxEntries: 1_000 })] }) }))
})
