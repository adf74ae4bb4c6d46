/** A lease that was granted. */
export interface LeaseGrant {
  /** Grows with each grant of the same key, so that a late holder is told from the present one. */
  readonly fencingToken: number
  /** Asks for more time; `false` means that the lease is lost. */
  renew(): Promise<boolean>
  /** Gives it back and wakes who waits. Idempotent. */
  release(): Promise<void>
}

/** What a request for a lease says. */
export interface LeaseOptions {
  /** The lease ends by itself after this many milliseconds without renewal. */
  readonly ttlMs: number
  /** Detaches the caller. */
  readonly signal?: AbortSignal | undefined
  /** Whether somebody looks at `fencingToken`; where not, it may be 0, if a number costs anything. Default `true`. */
  readonly isFenced?: boolean | undefined
}

/** Port: at most one holder for each key across processes (best effort: a lease expires by itself). */
export interface Lease {
  /** Tries once; `undefined` when another holds it. */
  acquire(key: string, options: LeaseOptions): Promise<LeaseGrant | undefined>
  /** Resolves when the holder has released, or after `timeoutMs`. */
  released(
    key: string,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<void>
  /** Lets go of timers and connections. Idempotent. */
  close(): Promise<void>
}
