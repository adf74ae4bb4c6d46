import { project, sharedProcess } from '../../scripts/vitest-project.ts'

export default project('testkit', { test: sharedProcess })
