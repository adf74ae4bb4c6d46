/** A cache that is simulated: it stores keys alone, as many as its capacity, and says of each use whether it was a hit. */
export type Simulated = (key: number) => boolean

/** Makes one for a capacity; `trace` is for those that need to know the future or the keys beforehand. */
export type MakeSimulated = (capacity: number, trace: Trace) => Simulated

/** Uses of keys, in order. */
export interface Trace {
  readonly name: string
  /** What kind of load it is: traces of one class are reported together. */
  readonly class: string
  /** Numbers from 0. */
  readonly uses: Int32Array
  /** How many different keys there are. */
  readonly keys: number
}

/** Numbers the keys of a trace from 0, in order of appearance. */
export function traceOf(name: string, kind: string, keys: Iterable<string | number>): Trace {
  const ids = new Map<string | number, number>()
  const uses: number[] = []
  for (const key of keys) {
    let id = ids.get(key)
    if (id === undefined) ids.set(key, (id = ids.size))
    uses.push(id)
  }
  return { name, class: kind, uses: Int32Array.from(uses), keys: ids.size }
}

/** Hits per use. */
export function hitRatio(make: MakeSimulated, capacity: number, trace: Trace): number {
  const use = make(capacity, trace)
  let hits = 0
  for (const key of trace.uses) if (use(key)) hits++
  return hits / trace.uses.length
}
