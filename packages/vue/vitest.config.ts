import { configDefaults } from 'vitest/config'
import { project } from '../../scripts/vitest-project.ts'

export default project('vue', {
  // Those in browsers are in the project `browsers`.
  test: { exclude: [...configDefaults.exclude, 'test/browser/**'] },
})
