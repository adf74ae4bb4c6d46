import { describe, expect, test } from 'vitest'
import { compose, type Policy } from '../src/index.ts'
import { asWrapped } from '../src/call/wrapped.ts'

/** A policy that notes when it is passed, on the way in and out. */
function noting(word: string, notes: string[]): Policy {
  return (fn) =>
    asWrapped(fn, async function noted(...args) {
      notes.push(`${word} in`)
      const answer = await (Reflect.apply(fn, this, args) as Promise<unknown>)
      notes.push(`${word} out`)
      return answer
    })
}

describe('compose', () => {
  test('puts the first policy outermost', async () => {
    const notes: string[] = []
    const fn = compose(() => void notes.push('call'), noting('first', notes), noting('second', notes))
    await fn()
    expect(notes).toEqual(['first in', 'second in', 'call', 'second out', 'first out'])
  })

  test('passes arguments, `this` and the name on', async () => {
    function greet(this: { word: string }, name: string): string {
      return `${this.word} ${name}`
    }
    const service = { word: 'hello', greet: compose(greet, noting('a', [])) }
    expect(await service.greet('ann')).toBe('hello ann')
    expect(await service.greet.with({}).call({ word: 'hi' }, 'bob')).toBe('hi bob')
    expect(service.greet.name).toBe('greet')
  })

  test('without policies makes the asynchronous twin, whose errors are rejections', async () => {
    const fn = compose(() => {
      throw new Error('no')
    })
    await expect(fn()).rejects.toThrow('no')
  })

  test('refuses what is no function', () => {
    expect(() => compose(5 as never)).toThrow(
      "`fn` must be a function, received 5. Use for example `compose(load, timeout('2s'), retry())`.",
    )
    expect(() => compose(() => 1, { attempts: 3 } as never)).toThrow(
      '`a policy` must be a function, received an object.',
    )
  })
})
