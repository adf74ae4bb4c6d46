export { soak } from './soak.ts'
export type { SoakOptions, SoakReport } from './soak.ts'
export type { Fault, Topologies, Topology } from './topology.ts'
export { work } from './worker.ts'
