import { defineProject } from 'vitest/config'

const conditions = ['@hotpath/source', 'module', 'node', 'development|production']

export default defineProject({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // Servers that others keep busy answer late.
  test: { name: 'sql', include: ['test/**/*.test.ts'], testTimeout: 20_000 },
})
