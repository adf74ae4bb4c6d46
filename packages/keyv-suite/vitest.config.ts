import { defineProject } from 'vitest/config'

const conditions = ['@hotpath/source', 'module', 'node', 'development|production']

export default defineProject({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // A machine may be busy with other things.
  test: { name: 'keyv-suite', include: ['test/**/*.test.ts'], testTimeout: 20_000 },
})
