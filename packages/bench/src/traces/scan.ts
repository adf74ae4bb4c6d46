/** What a scan of ten times the capacity costs the other keys, while it lasts: it takes turns with them. */
import { createRandom } from '@hotpath/testkit'
import { type MakeSimulated, traceOf } from './policy.ts'
import { zipf } from './generated.ts'

const CAPACITY = 1_000
const KEYS = 5_000
const SCANNED = 10 * CAPACITY

/** Hits of the other keys during a scan, as a part of what they are without one. */
export function keptInScan(make: MakeSimulated): number {
  return hits(make, true) / hits(make, false)
}

function hits(make: MakeSimulated, isScanned: boolean): number {
  const popular = zipf(0.9, KEYS, createRandom(5))
  const before = Array.from({ length: 10 * SCANNED }, popular)
  const others = Array.from({ length: SCANNED }, popular)
  const during = isScanned ? others.flatMap((key, index) => [key, KEYS + index]) : others
  const trace = traceOf('scan', 'generated', [...Array(KEYS).keys(), ...before, ...during])
  const use = make(CAPACITY, trace)
  let found = 0
  for (const [index, key] of trace.uses.entries()) {
    const isHit = use(key)
    if (isHit && key < KEYS && index >= KEYS + before.length) found++
  }
  return found
}
