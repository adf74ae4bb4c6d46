export { serveInvalidations } from './serve-invalidations.ts'
export type { ServeInvalidations, ServeInvalidationsOptions } from './serve-invalidations.ts'
export type { MayHear } from './may-hear.ts'
