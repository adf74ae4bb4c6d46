import { project } from '../../scripts/vitest-project.ts'

export default project('db', { test: { hookTimeout: 60_000 } })
