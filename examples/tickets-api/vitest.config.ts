import { defineProject } from 'vitest/config'

const conditions = ['@hotpath/source', 'module', 'node', 'development|production']

export default defineProject({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { name: 'tickets-api', include: ['test/**/*.test.ts'] },
})
