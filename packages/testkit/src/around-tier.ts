import type { MaybePromise, Tier, TierStore } from '@hotpath/contract'

/** Stands between the caller of a port and the port: decides when, whether and with what outcome `action` happens. */
export type Around = <Result>(operation: string, action: () => MaybePromise<Result>) => Promise<Result>

/** Makes a store whose every operation, save `close`, goes through `around`. It is asynchronous, whatever `inner` is. */
export function aroundStore(inner: TierStore, around: Around): TierStore {
  const { peek, usage } = inner
  return {
    sync: false,
    shared: inner.shared,
    get: (key) => around('get', () => inner.get(key)),
    ...(peek && { peek: (key: string) => around('peek', () => peek.call(inner, key)) }),
    getMany: (keys) => around('getMany', () => inner.getMany(keys)),
    set: (key, entry) => around('set', () => inner.set(key, entry)),
    setMany: (entries) => around('setMany', () => inner.setMany(entries)),
    delete: (keys, below) => around('delete', () => inner.delete(keys, below)),
    clear: () => around('clear', () => inner.clear()),
    purge: (options) => around('purge', () => inner.purge(options)),
    ...(usage && { usage: () => around('usage', () => usage.call(inner)) }),
    close: () => inner.close(),
  }
}

/** Makes a tier whose store goes through `around`; a log or leases that it brings are passed on untouched. */
export function aroundTier(inner: Tier, around: Around): Tier {
  const { shared, openLog, openLease } = inner
  return {
    type: inner.type,
    shared,
    open: (context) => aroundStore(inner.open(context), around),
    ...(openLog && { openLog: openLog.bind(inner) }),
    ...(openLease && { openLease: openLease.bind(inner) }),
  }
}
