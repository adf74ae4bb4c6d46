/** How a member that keeps results in this process forgets them, left on its function. */
import type { Token } from '@hotpath/core'
import type { AnyFunction } from './member-types.ts'

// Keyed globally: the CommonJS copy must know what the ESM copy decorated.
const FORGET: unique symbol = Symbol.for('@hotpath/decorators/forget') as never

/** Forgets the call with these arguments, or all calls of an object. */
export interface Forgetting {
  /** Its promise, if any, has the token of the write. */
  invalidate(self: unknown, args: readonly unknown[]): Promise<Token | undefined> | void
  /** Absent where what is kept is not the object's alone. */
  readonly clear?: ((self: unknown) => void) | undefined
}

/** Leaves on a function how it forgets. */
export function forgetful<Fn extends AnyFunction>(fn: Fn, forgetting: Forgetting): Fn {
  return Object.assign(fn, { [FORGET]: forgetting })
}

/** What makes a member forget; `undefined` where it keeps nothing here. */
export function forgettingOf(member: unknown): Forgetting | undefined {
  return (member as { readonly [FORGET]?: Forgetting } | undefined)?.[FORGET]
}
