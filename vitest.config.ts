import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { projects: ['packages/*', 'packages/*/vitest.*.config.ts', 'examples/*', 'scripts'] },
})
