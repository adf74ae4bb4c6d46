/** What errors of a tier show to whoever prints them. */
import { inspect } from 'node:util'
import { createCache } from '@hotpath/core'
import { msgpack } from '@hotpath/codec'
import { expect, test } from 'vitest'
import type { MysqlOptions, SqlTier } from '../../src/index.ts'
import { until } from './until.ts'

/** What the case takes. */
export interface ErrorParts {
  readonly tier: (options: Pick<MysqlOptions, 'codec'>) => SqlTier
  /** Makes every write of this key fail, the server quoting what it was given. */
  readonly spoil: () => Promise<unknown>
  readonly mend: () => Promise<unknown>
}

const SECRETS = ['SECRETKEY', 'SECRETVALUE', 'SECRETTAG']
  .flatMap((secret) => [
    secret,
    Buffer.from(secret).toString('hex'),
    Buffer.from(secret).toString('base64').slice(0, 8),
  ])
  .map((secret) => secret.toLowerCase())

export function errorCases({ tier, spoil, mend }: ErrorParts): void {
  test('an error holds no statement, no key and no value, however it is printed', async () => {
    const cache = createCache({ name: 'secrets', tiers: [tier({ codec: msgpack() })], ttl: '1h', backoff: false })
    const errors: unknown[] = []
    cache.on('fault', ({ error }) => errors.push(error))
    await until('the view of the log', () => cache.position())
    await spoil()
    try {
      await cache.getOrSet('user:SECRETKEY', async () => ({ pass: 'SECRETVALUE' }), { tags: ['SECRETTAG'] })
      await cache.set('user:SECRETKEY', { pass: 'SECRETVALUE' }).catch((error: unknown) => errors.push(error))
      await cache.invalidateTags(['SECRETTAG']).catch((error: unknown) => errors.push(error))
      await until('a fault', () => errors.length > 0)
    } finally {
      await mend()
      await cache.close()
    }
    for (const error of errors) {
      const printed = [inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), String(error)]
      for (const one of printed) {
        for (const secret of SECRETS) expect(one?.toLowerCase()).not.toContain(secret)
        expect(one).not.toMatch(/INSERT INTO|SELECT /)
      }
    }
  })
}
