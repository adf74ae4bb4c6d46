import { decoratorsProject } from './vitest.shared.ts'

/** The tests with the decorators of ECMAScript. */
export default decoratorsProject({ name: 'decorators', legacy: false })
