/**
 * The optimum (Belady 1966), which knows the future: it stores a key only where it is used again before one of those that
 * are stored, and evicts the one that is used again last. A heap by next use; what is out of date in it is skipped.
 */
import type { Simulated, Trace } from './policy.ts'

export function belady(capacity: number, { uses, keys }: Trace): Simulated {
  const nextUses = nextUsesOf(uses, keys)
  const storedFor = new Int32Array(keys).fill(-1)
  const heap: number[] = []
  let now = 0
  let size = 0
  return (key) => {
    const next = nextUses[now++] as number
    const hit = storedFor[key] !== -1
    if (next === uses.length) {
      // Never again: no room is better spent on it, and what has it now is free.
      if (hit) {
        storedFor[key] = -1
        size--
      }
      return hit
    }
    if (!hit && size >= capacity) {
      // A use in the heap stands for the key that is used then.
      while (storedFor[uses[heap[0] as number] as number] !== heap[0]) pop(heap)
      const last = heap[0] as number
      if (last < next) return false
      pop(heap)
      storedFor[uses[last] as number] = -1
      size--
    }
    if (!hit) size++
    storedFor[key] = next
    push(heap, next)
    return hit
  }
}

function nextUsesOf(uses: Int32Array, keys: number): Int32Array {
  const nextOf = new Int32Array(keys).fill(uses.length)
  const nextUses = new Int32Array(uses.length)
  for (let at = uses.length - 1; at >= 0; at--) {
    const key = uses[at] as number
    nextUses[at] = nextOf[key] as number
    nextOf[key] = at
  }
  return nextUses
}

function push(heap: number[], value: number): void {
  let at = heap.push(value) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if ((heap[parent] as number) >= value) break
    heap[at] = heap[parent] as number
    at = parent
  }
  heap[at] = value
}

function pop(heap: number[]): void {
  const value = heap.pop() as number
  if (heap.length === 0) return
  let at = 0
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && (heap[child + 1] as number) > (heap[child] as number)) child++
    if ((heap[child] as number) <= value) break
    heap[at] = heap[child] as number
    at = child
  }
  heap[at] = value
}
