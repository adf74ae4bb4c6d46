/** What holds when connections of a pool fall silent, with a server that is well. */
import type { Cache } from '@hotpath/core'
import { expect, test } from 'vitest'
import type { SilentProxy } from '../../../../scripts/silent-proxy.ts'
import type { SqlTier } from '../../src/index.ts'
import { openNodes } from './nodes.ts'
import { until } from './until.ts'

/** What the cases take. */
export interface SilenceParts {
  /** A tier over a pool that goes through the proxy. */
  readonly through: () => SqlTier
  /** A tier over a pool that does not. */
  readonly direct: () => SqlTier
  readonly proxy: () => SilentProxy
}

export function silenceCases({ through, direct, proxy }: SilenceParts): void {
  test('connections that fall silent under an append hold up neither later invalidations nor others, nor `close`', async () => {
    const silenceAll = (): void => {
      const open = proxy().connections.filter(({ isOpen }) => isOpen)
      expect(open).not.toHaveLength(0)
      for (const connection of open) connection.silence()
    }
    const [one] = (await openNodes(1, through)) as [Cache]
    const [other] = (await openNodes(1, direct, { name: one.name })) as [Cache]
    await one.set('k', 'old')
    await until('the other has it', async () => (await other.get('k')) === 'old')
    const met = one.delete('k')
    silenceAll()
    await expect(met).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
    // What has an unknown outcome is appended again over a connection that responds, and the next one gets through.
    await until('the other has heard', () => other.peek('k') === undefined, 15_000)
    await until('the next is acknowledged', () => one.delete('z').then(Boolean, () => false), 15_000)
    await until('it reads and follows again', async () => {
      await other.set('k', 'new')
      return (await one.get('k')) === 'new'
    })
    silenceAll()
    const startedAt = performance.now()
    await one.close()
    expect(performance.now() - startedAt).toBeLessThan(12_000)
  }, 60_000)
}
