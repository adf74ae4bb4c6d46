import { decoratorsProject } from './vitest.shared.ts'

/** The same tests once more, with the decorators of `experimentalDecorators`. */
export default decoratorsProject({ name: 'decorators-legacy', legacy: true })
