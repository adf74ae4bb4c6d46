import { createCache, memory } from '@hotpath/core'

export function makeCache() {
  return createCache({ name: 'next', tiers: [memory({ maxEntries: 100 })], ttl: '5m' })
}
