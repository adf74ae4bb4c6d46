import type { Cache } from '@hotpath/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SilentProxy, startSilentProxy } from '../../../../../scripts/silent-proxy.ts'
import { postgres } from '../../../src/index.ts'
import { openNodes } from '../nodes.ts'
import { silenceCases } from '../silence-cases.ts'
import { until } from '../until.ts'
import { usePostgres } from './server.ts'

const db = usePostgres()
let proxy: SilentProxy
beforeAll(async () => {
  proxy = await startSilentProxy(db().port)
})
afterAll(() => proxy.stop())

silenceCases({
  through: () => postgres({ pool: db().connect({ port: proxy.port }) }),
  direct: () => db().tier(),
  proxy: () => proxy,
})

test('a connection that listens and falls silent is noticed and replaced', async () => {
  const [one] = (await openNodes(1, () => postgres({ pool: db().connect({ port: proxy.port }) }))) as [Cache]
  const [other] = (await openNodes(1, () => db().tier(), { name: one.name })) as [Cache]
  /** How long it takes until the other has heard. */
  const hear = async (): Promise<number> => {
    await one.getOrSet('k', () => 1)
    await until('it is in memory', () => one.peek('k') !== undefined)
    const startedAt = performance.now()
    await other.delete('k')
    await until('it has heard', () => one.peek('k') === undefined)
    return performance.now() - startedAt
  }
  /** The slowest of several, as one may hit the moment of the look by itself. */
  const hearsFast = async (): Promise<boolean> => {
    for (let round = 0; round < 5; round++) if ((await hear()) > 400) return false
    return true
  }
  await until('it hears fast', hearsFast)
  const listening = proxy.connections.filter(({ isOpen, sent }) => isOpen && sent.includes('LISTEN'))
  expect(listening).toHaveLength(1)
  listening[0]?.silence()
  expect(await hear()).toBeLessThan(1_500)
  await until('it hears fast again', hearsFast, 15_000)
}, 40_000)

test('where notifications do not arrive, others look often', async () => {
  const pool = db().connect()
  const connect = pool.connect.bind(pool)
  // As with a pooler that lends connections for one transaction: LISTEN succeeds, and nothing ever comes.
  const deaf = {
    on: pool.on.bind(pool),
    async connect() {
      const client = await connect()
      const on = client.on.bind(client)
      client.on = ((event: string, listen: () => void) =>
        event === 'notification' ? client : on(event as 'end', listen)) as typeof client.on
      return client
    },
  }
  const [one] = (await openNodes(1, () => postgres({ pool: deaf }))) as [Cache]
  const [other] = (await openNodes(1, () => db().tier(), { name: one.name })) as [Cache]
  const took: number[] = []
  for (let round = 0; round < 8; round++) {
    await one.getOrSet('k', () => 1)
    await until('it is in memory', () => one.peek('k') !== undefined)
    const startedAt = performance.now()
    await other.delete('k')
    await until('it has heard', () => one.peek('k') === undefined)
    took.push(performance.now() - startedAt)
  }
  // Looks are 50 ms apart; a look by itself would be a second.
  expect(took.sort((a, b) => a - b)[4]).toBeLessThan(200)
})
