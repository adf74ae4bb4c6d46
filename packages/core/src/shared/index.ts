export { shared } from './shared.ts'
export { createMemoryLog } from './memory-log.ts'
export type { MemoryLogOptions } from './memory-log.ts'
export type { SharedHalf } from '@hotpath/contract'
