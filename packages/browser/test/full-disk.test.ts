import { createFakeClock, flush } from '@hotpath/testkit'
import { describe, expect, it, vi } from 'vitest'
import { hasRoomLater } from '../src/create/full-disk.ts'
import { fakeDatabase } from './store.ts'

describe('a disk that was full', () => {
  it.each([
    ['has room when it takes something', undefined, true],
    ['has none when it is full still', new DOMException('full', 'QuotaExceededError'), false],
    ['is used again where something else is wrong, as that shows then', new DOMException('away', 'UnknownError'), true],
  ])('%s', async (_, failure, hasRoom) => {
    const clock = createFakeClock()
    const database = fakeDatabase(clock)
    const found = hasRoomLater(database, { options: { clock }, whenClosed: () => {} } as never)
    const seen = vi.fn()
    void found.then(seen)
    if (failure !== undefined) database.failNext(failure)
    clock.advance(299_999)
    await flush()
    expect(seen).not.toHaveBeenCalled()
    clock.advance(1)
    expect(await found).toBe(hasRoom)
  })
})
