import { describe, expect, test, vi } from 'vitest'
import { detach } from '../src/detach.ts'

describe('a promise that its caller may leave', () => {
  test('is the very same without a signal', () => {
    const promise = Promise.resolve(1)
    expect(detach(promise, undefined)).toBe(promise)
  })

  test('resolves and rejects as the promise does, after `over`, and listens no longer', async () => {
    const { signal } = new AbortController()
    const removed = vi.spyOn(signal, 'removeEventListener')
    const order: unknown[] = []
    const over = (): void => void order.push('over')
    await detach(Promise.resolve(1), signal, over).then((value) => order.push(value))
    await detach(Promise.reject(new Error('no')), signal, over).catch((error: Error) => order.push(error.message))
    expect(order).toEqual(['over', 1, 'over', 'no'])
    expect(removed).toHaveBeenCalledTimes(2)
  })

  test('rejects with the reason when the caller leaves, while the promise goes on', async () => {
    const controller = new AbortController()
    const [over, left] = [vi.fn(), vi.fn()]
    let resolve: ((value: number) => void) | undefined
    const promise = new Promise<number>((done) => {
      resolve = done
    })
    const detached = detach(promise, controller.signal, over, left)
    controller.abort('gone')
    await expect(detached).rejects.toBe('gone')
    expect([left.mock.calls, over.mock.calls]).toEqual([[['gone']], []])
    resolve?.(1)
    await promise
    expect(over).toHaveBeenCalledTimes(1)
  })

  test('has been left already when its signal was aborted before', async () => {
    const left = vi.fn()
    await expect(detach(new Promise(() => {}), AbortSignal.abort('gone'), undefined, left)).rejects.toBe('gone')
    expect(left).toHaveBeenCalledWith('gone')
  })
})
