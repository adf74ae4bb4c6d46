import { project } from './vitest-project.ts'

export default project('scripts', { test: { include: ['*/test/**/*.test.ts'] } })
