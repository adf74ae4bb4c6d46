import { logCases, tierCases } from '@hotpath/testkit'
import { describe, test } from 'vitest'
import { createMemoryLog, memory } from './core.ts'

describe('the memory tier', () => {
  for (const { name, run } of tierCases({ open: () => memory({ maxEntries: 10_000 }) })) {
    test(name, run)
  }
})

describe('the in-process log', () => {
  for (const { name, run } of logCases({ open: () => createMemoryLog() })) test(name, run)
})
