import { project } from '../../scripts/vitest-project.ts'

export default project('vue-cities', {
  // The page is built as `pnpm start` does it.
  test: { testTimeout: 120_000, hookTimeout: 120_000, env: { NODE_ENV: 'production' } },
})
