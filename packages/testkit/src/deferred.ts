/** A promise that is settled from outside. */
export interface Deferred<Value> {
  /** The promise. */
  readonly promise: Promise<Value>
  /** Whether `resolve` or `reject` was called. */
  readonly settled: boolean
  /** Fulfils the promise. Later calls have no effect. */
  resolve(value: Value): void
  /** Rejects the promise. Later calls have no effect. */
  reject(reason: unknown): void
}

/** Makes a promise that is settled from outside. */
export function deferred<Value = void>(): Deferred<Value> {
  let settled = false
  let settle: { resolve(value: Value): void; reject(reason: unknown): void } | undefined
  const promise = new Promise<Value>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return {
    promise,
    get settled() {
      return settled
    },
    resolve(value) {
      settled = true
      settle?.resolve(value)
    },
    reject(reason) {
      settled = true
      settle?.reject(reason)
    },
  }
}
