/**
 * The context of one call: its signal, its attempt, its priority. Policies that call a function make it the current
 * one for as long as that function runs synchronously, up to its first await. So nothing is passed through arguments,
 * and no async hooks are needed, which browsers do not have.
 *
 * A signal costs more than most calls do, so a call makes one only when somebody asks for it.
 */
import type { Priority } from './priority.ts'

/** What a function may know of the call that it answers. */
export interface CurrentCall {
  /** Aborted when nobody waits for this call any more: its caller left, or a policy gave up. */
  readonly signal: AbortSignal
  /** Which attempt this is, from 1. */
  readonly attempt: number
  /** How urgent the call is, where its caller said so. */
  readonly priority: Priority | undefined
}

/** What is known of a call beside its parent. */
export interface CallFields {
  readonly attempt?: number | undefined
  readonly priority?: Priority | undefined
  readonly signal?: AbortSignal | undefined
  /** Whether its maker may abort it. */
  readonly abortable?: boolean | undefined
  /** Where it was begun, when it goes on without that call. */
  readonly origin?: Call | undefined
}

const NOTHING: CallFields = {}

/**
 * One call. Its maker ends it, so that it stops listening to the signals above it.
 *
 * Fields are `private` rather than `#private`, because one is made for most calls, and of those it would be the larger part
 * of the cost.
 */
export class Call implements CurrentCall {
  readonly attempt: number
  readonly priority: Priority | undefined
  /** Whether it can ever be aborted: only then there is something to listen to. */
  readonly abortable: boolean
  /** What began it: the call above it, or the one that it goes on without. */
  readonly origin: Call | undefined
  private readonly parent: Call | undefined
  private readonly given: AbortSignal | undefined
  private controller: AbortController | undefined
  private ownAborted = false
  private ownReason: unknown
  /** Who hears of an abort; made for the first of them. */
  private listeners: Set<(reason: unknown) => void> | undefined
  /** How it hears of those above it. */
  private following: (() => void) | undefined
  private hasEnded = false

  constructor(parent: Call | undefined, fields: CallFields = NOTHING) {
    this.parent = parent
    this.origin = fields.origin ?? parent
    this.given = fields.signal
    this.attempt = fields.attempt ?? (parent === undefined ? 1 : parent.attempt)
    this.priority = fields.priority ?? parent?.priority
    this.abortable = fields.abortable === true || fields.signal !== undefined || parent?.abortable === true
  }

  /** Whether it was aborted, found out without making a signal. */
  get aborted(): boolean {
    return this.ownAborted || this.given?.aborted === true || this.parent?.aborted === true
  }

  get reason(): unknown {
    if (this.ownAborted) return this.ownReason
    return this.given?.aborted === true ? this.given.reason : this.parent?.reason
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      const controller = (this.controller = new AbortController())
      this.onAbort((reason) => controller.abort(reason))
    }
    return this.controller.signal
  }

  /** Calls when it is aborted, at once if it is already. Costs a tenth of a signal, and nothing where none can come. */
  onAbort(listener: (reason: unknown) => void): void {
    if (this.aborted) {
      listener(this.reason)
      return
    }
    if (!this.abortable) return
    if (this.listeners === undefined) {
      this.listeners = new Set()
      if (!this.hasEnded) this.follow()
    }
    this.listeners.add(listener)
  }

  /** Calls it no more. */
  offAbort(listener: (reason: unknown) => void): void {
    this.listeners?.delete(listener)
  }

  abort(reason: unknown): void {
    if (this.aborted) return
    this.ownAborted = true
    this.ownReason = reason
    this.tell(reason)
  }

  /** Whether it has ended. */
  get isOver(): boolean {
    return this.hasEnded
  }

  /** Whether it was begun by another call, through any number of calls between. */
  isWithin(other: Call): boolean {
    return this === other || this.origin?.isWithin(other) === true
  }

  end(): void {
    this.hasEnded = true
    if (this.following === undefined) return
    this.given?.removeEventListener('abort', this.following)
    this.parent?.offAbort(this.following)
  }

  private tell(reason: unknown): void {
    const { listeners } = this
    if (listeners === undefined) return
    for (const listener of listeners) {
      // Each once, also when one of them makes another signal abort; and none that ends by what is told before.
      listeners.delete(listener)
      listener(reason)
    }
  }

  private follow(): void {
    const { given } = this
    const parent = this.parent?.abortable === true ? this.parent : undefined
    if (given === undefined && parent === undefined) return
    const onAbort = (): void => this.tell(this.reason)
    given?.addEventListener('abort', onAbort, { once: true })
    parent?.onAbort(onAbort)
    this.following = onAbort
  }
}

interface Slot {
  call: Call | undefined
}

// Shared by all copies of the package: a function may be wrapped by one and ask the other. Looked up at load, because
// it is read on every call.
const slot: Slot = /* @__PURE__ */ sharedSlot()

function sharedSlot(): Slot {
  const name = Symbol.for('@hotpath/request/call')
  const shared = globalThis as { [name]?: Slot }
  return (shared[name] ??= { call: undefined })
}

/** The call that runs synchronously, if any. */
export function ambientCall(): Call | undefined {
  return slot.call
}

/** Calls a function within a call. */
export function runIn(
  call: Call | undefined,
  fn: (...args: never) => unknown,
  self: unknown,
  args: readonly unknown[],
): unknown {
  const outer = slot.call
  slot.call = call
  try {
    return Reflect.apply(fn, self, args)
  } finally {
    slot.call = outer
  }
}

/**
 * The call that is being answered: its `signal` and its `attempt`. Ask before the first `await`; later there may be
 * none. Outside of any call it answers attempt 1 and a signal that is never aborted.
 *
 * @example
 * ```ts
 * import { currentCall, retry } from '@hotpath/request'
 *
 * const flaky = retry(async () => {
 *   const { attempt, signal } = currentCall()
 *   if (attempt < 3) throw new Error('busy')
 *   return `attempt ${attempt}, aborted: ${signal.aborted}`
 * }, { attempts: 3, delay: '1ms' })
 * console.log(await flaky()) // attempt 3, aborted: false
 * ```
 */
export function currentCall(): CurrentCall {
  return slot.call ?? new Call(undefined)
}
