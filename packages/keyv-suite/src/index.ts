export { keyvSuite } from './keyv-suite.ts'
