/** What a soak runs over: servers or files of one kind, and what may go wrong with them. */
import type { Workers } from './workers.ts'

/** Causes something bad. */
export type Fault = (workers: Workers) => Promise<unknown>

export interface Topology {
  /** The program of a worker; it calls `work`. */
  readonly worker: string
  /** How the worker of this number gets to the store; what it is, only its program knows. It travels as JSON. */
  setup(index: number): unknown
  /** Whether the workers' wall clocks are hours apart, and are set while they work. */
  readonly clocksDiffer: boolean
  /** For how long a fault makes the store's clock stand still, in milliseconds: what it stores may live longer by as much. */
  readonly standsStillMs?: number | undefined
  /** What goes wrong in any order, by name. */
  readonly faults: Readonly<Record<string, Fault>>
  /** What goes wrong now and then, in turn. All entries may be lost by it. */
  readonly failovers?: Readonly<Record<string, Fault>>
  /** Notices failovers that nobody asked for; `begins` returns what is called at the end of one. Returns what ends the watch. */
  watch?(workers: Workers, begins: () => () => void): Promise<() => void>
  /** Names of the faults that may cost entries: they remove or damage some, or begin a new epoch of the log. */
  readonly losing: readonly string[]
  stop(): Promise<void>
}

/** What starts each kind, by name. */
export type Topologies = Readonly<Record<string, () => Promise<Topology>>>
