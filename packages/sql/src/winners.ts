import type { FrameToStore } from './backend.ts'

/** One frame for each key, as if they had been stored one after the other. */
export function winners(frames: readonly FrameToStore[]): FrameToStore[] {
  const byKey = new Map<string, FrameToStore>()
  for (const frame of frames) {
    const other = byKey.get(frame.key)
    if (other === undefined || other.epoch !== frame.epoch || other.asOf <= frame.asOf) byKey.set(frame.key, frame)
  }
  // In one order for all processes: those that lock rows in different orders may wait for each other.
  return [...byKey.values()].sort((one, other) => inOrder(one.key, other.key))
}

/** For `sort`. */
export function inOrder(one: string, other: string): number {
  return one < other ? -1 : 1
}
