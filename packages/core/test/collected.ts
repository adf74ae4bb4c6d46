import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')

/** Runs the garbage collector to its end. */
export const gc = runInNewContext('gc') as () => void

/** Whether everything that weak references point to is gone, after some collections. */
export async function collected(...references: readonly WeakRef<object>[]): Promise<boolean> {
  for (let round = 0; round < 10; round++) {
    // Weak references hold on until the end of the turn that read them.
    await new Promise((resolve) => void setImmediate(resolve))
    gc()
    if (references.every((reference) => reference.deref() === undefined)) return true
  }
  return false
}
