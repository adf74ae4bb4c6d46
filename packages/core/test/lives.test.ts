import { describe, expect, test } from 'vitest'
import { createFakeClock, flush } from '@hotpath/testkit'
import { createMemoryLog } from './core.ts'
import { Lives } from '../src/shared/log/lives.ts'
import { make } from './make.ts'

describe('lives of a log', () => {
  test('one after the other is what failovers do; an earlier one that is back is a fault, each time', () => {
    const lives = new Lives()
    const met = ['a', 'a', 'b', 'c', 'c', 'b', 'b', 'a', 'd'].map((life) => lives.saw(life)?.code)
    expect(met.map((code) => code !== undefined)).toEqual([false, false, false, false, false, true, false, true, false])
    expect(met[5]).toBe('ERR_LOG_FLAPPING')
  })

  test('only the last eight are remembered', () => {
    const lives = new Lives()
    for (let life = 0; life < 9; life++) lives.saw(`${life}`)
    expect(lives.saw('0')).toBeUndefined()
    expect(lives.saw('5')?.context).toEqual({ life: '5' })
  })

  test('a cache tells of servers that take turns', async () => {
    const [clock, inner] = [createFakeClock(), createMemoryLog()]
    let life = 'a'
    let interrupted = (): void => {}
    const { cache } = make({
      clock,
      log: () => ({
        ...inner,
        follow: (follower) => {
          interrupted = () => follower.interrupted()
          return inner.follow(follower)
        },
        snapshot: async () => ({ ...(await inner.snapshot()), life }),
      }),
    })
    const codes: string[] = []
    cache.on('fault', ({ error }) => codes.push(error.code))
    await flush()
    for (life of ['b', 'a']) {
      interrupted()
      await flush()
    }
    expect(codes).toEqual(['ERR_LOG_FLAPPING'])
  })
})
