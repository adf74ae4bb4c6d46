/** How soon two tabs agree again when their database is gone. */
import { type PageApi, until } from '@hotpath/browsers'
import { expect } from 'vitest'
import type * as page from './pages/cache.ts'

type Page = PageApi<typeof page>

const ROUNDS = 3
/** Far less than the second after which a log that is away is asked again. */
const SOON_MS = 500

/**
 * Takes the database away from two tabs, and lets one of them change what the other shows. Of some rounds the fastest counts:
 * the machine may have much else to do.
 */
export async function expectAgreementWithout(
  remove: (one: Page) => Promise<unknown>,
  { name, one, other }: { readonly name: string; readonly one: Page; readonly other: Page },
): Promise<void> {
  await one.create({ name })
  await other.create({ name })
  await one.load('a', 0, ['t'])
  await until('the other tab finds it', async () => (await other.get('a')) === 0)
  const tookMs: number[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    await remove(one)
    await until('it is loaded anew', async () => (await one.load('a', round, ['t'])) === round)
    const foundMs = await other.tookToBe('a', round)
    const gone = other.tookToBe('a', null)
    await one.invalidateTags(['t'])
    tookMs.push(Math.max(foundMs, await gone))
  }
  expect(Math.min(...tookMs)).toBeLessThan(SOON_MS)
}
