/**
 * V8 throws away what it has optimized for objects of which none is alive when all garbage is collected, as is usual
 * with those that live for one read. One of each kind is kept, so that the reads after a collection are no slower than
 * others. They are made for the first store that is opened, and not when a function of this package is imported.
 */
import { ByteReader } from './bytes.ts'
import { FrameContext } from './frame-context.ts'
import { Frame } from './frame.ts'

let kept: readonly object[] | undefined

/** Keeps one object of each kind that a read makes. */
export function keepShapes(): void {
  kept ??= shapes()
}

function shapes(): readonly object[] {
  const windows = { storedAt: 0, freshMs: 0, staleMs: 0, errorMs: 0, aheadMs: 0 }
  const header = { epoch: '', asOf: 0, ...windows, tags: [], isFailure: false }
  const frame = new Frame(header, new Uint8Array(0), 0)
  return [new ByteReader(new Uint8Array(0)), frame, new FrameContext('', frame)]
}
