import { project } from '../../scripts/vitest-project.ts'

export default project('plain-cities', { test: { testTimeout: 120_000, hookTimeout: 120_000 } })
