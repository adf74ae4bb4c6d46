import { join } from 'node:path'
import { project } from '../../scripts/vitest-project.ts'

/** The tests in real browsers, of all packages: one project, so that one step runs them and no other does. */
export default project('browsers', {
  test: {
    dir: join(import.meta.dirname, '..'),
    include: ['*/test/browser/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One process with one browser of each engine for all files.
    isolate: false,
    maxWorkers: 1,
    // Suites that wait for their turn count.
    maxConcurrency: 100,
  },
})
