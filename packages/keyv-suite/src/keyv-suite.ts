import type { Cache } from '@hotpath/core'
import tests from '@keyv/test-suite'
import { Keyv } from 'keyv'
import * as vitest from 'vitest'
import { CacheStore } from './cache-store.ts'

/** A cache that was opened for a test. */
interface Opened {
  readonly cache: Cache
  /** Called once the cache is closed. */
  readonly close?: (() => unknown) | undefined
}

/**
 * Runs keyv's tests. Every store of every test is a cache that was made just before, as in a process that has just
 * started, and all of them share what lies below.
 */
export function keyvSuite(open: () => Opened): void {
  const opened: Opened[] = []
  const store = (): CacheStore => {
    const one = open()
    opened.push(one)
    return new CacheStore(one.cache)
  }
  vitest.afterEach(async () => {
    for (const { cache, close } of opened.splice(0)) {
      await cache.close()
      await close?.()
    }
  })
  // Its own hooks open stores, too, and the hooks that come first run last.
  tests(vitest, Keyv, store)
}
