import type { Invalidation } from '@hotpath/contract'
import { createFakeDatabase, createFakeLifecycle } from '@hotpath/web/testing'
import { describe, expect, it } from 'vitest'
import { STORES } from '../src/database/stores.ts'
import { LogStore } from '../src/log/log-store.ts'
import { positionsIn, readPositions } from '../src/positions/positions.ts'

function createLog() {
  const database = createFakeDatabase({ stores: STORES, lifecycle: createFakeLifecycle() })
  const store = new LogStore(database)
  const append = (invalidation: Invalidation) => store.append([invalidation], () => {})
  const read = async () => {
    const positions = await positionsIn(store)
    if (positions === undefined) throw new Error('there is no log')
    return positions
  }
  return { database, store, append, read }
}

describe('positions of a log', () => {
  it.each([{ name: '' }, { name: 'shop', scope: 5 }, { name: 'shop', scope: '' }, { name: 'shop', schema: 0 }])(
    'are those of one cache: not %j',
    async (options) => {
      await expect(readPositions(options as never)).rejects.toMatchObject({ name: 'ConfigError' })
    },
  )

  it('say what holds of what was read at a token', async () => {
    const { append, read } = createLog()
    await append({ scope: { type: 'tag', tag: 'before' }, strength: 'hard' })
    const { token } = await read()
    await append({ scope: { type: 'tag', tag: 'prices' }, strength: 'hard' })
    await append({ scope: { type: 'prefix', prefix: 'user:4' }, strength: 'soft' })
    const after = await read()
    expect(after.judge(token, { key: 'city:1', tags: ['before'] })).toBe('valid')
    expect(after.judge(token, { tags: ['cities', 'prices'] })).toBe('gone')
    expect(after.judge(token, { key: 'user:4:name' })).toBe('stale')
    expect(after.judge(after.token, { key: 'user:4:name', tags: ['prices'] })).toBe('valid')
  })

  it('say so of keys and tags whose records were dropped, and of others', async () => {
    const { append, store, read } = createLog()
    await append({ scope: { type: 'tag', tag: 'before' }, strength: 'hard' })
    const { token } = await read()
    await append({ scope: { type: 'tag', tag: 'prices' }, strength: 'hard' })
    const other = { scope: { type: 'key', key: 'other' }, strength: 'hard' } as const
    for (let count = 0; count < 13; count++)
      await store.append(
        Array.from({ length: 1_000 }, () => other),
        () => {},
      )
    expect((await store.head()).droppedTo).toBeGreaterThan(1_000)
    const positions = await read()
    expect(positions.judge(token, { key: 'city:1', tags: ['before'] })).toBe('valid')
    expect(positions.judge(token, { key: 'city:1', tags: ['before', 'prices'] })).toBe('gone')
  })

  it('hold nothing of another log, and nothing that is ahead of theirs', async () => {
    const { append, read } = createLog()
    await append({ scope: { type: 'all' }, strength: 'hard' })
    const positions = await read()
    const [epoch = '', position] = positions.token.split('.')
    expect(positions.judge(`other.${position}` as never, {})).toBe('gone')
    expect(positions.judge(`${epoch}.${Number(position) + 1}` as never, {})).toBe('gone')
    expect(() => positions.judge('x' as never, {})).toThrow(expect.objectContaining({ code: 'ERR_TOKEN_INVALID' }))
  })

  it('are unknown where there is no log, or a part of it is missing, and write nothing', async () => {
    const { database, store, append } = createLog()
    expect(await positionsIn(store)).toBeUndefined()
    expect(database.transactions.writes).toBe(0)
    await append({ scope: { type: 'all' }, strength: 'hard' })
    await database.delete('records', 1)
    expect(await positionsIn(store)).toBeUndefined()
  })
})
