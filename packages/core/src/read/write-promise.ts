/**
 * What callers of writes get. A write whose outcome is unknown rejects, holds in this process and is retried, so nothing
 * is lost with a caller that never looks: its promise counts as handled, as a process must not end over it. The fault
 * event says the same to whoever listens.
 */
import { type Mark, type MaybePromise, type Token, toToken } from '@hotpath/contract'
import { isPromise } from '../time/chain.ts'
import type { LogView } from '../view/log-view.ts'

/**
 * Runs a write. What is wrong with its input rejects as usual.
 *
 * @param method - Named in the error.
 */
export function writing(method: string, view: LogView, write: () => MaybePromise<Mark>): Promise<Token> {
  try {
    return written(method, view, write())
  } catch (error) {
    return Promise.reject(error)
  }
}

/** What callers get of a write that has begun. */
export function written(method: string, view: LogView, mark: MaybePromise<Mark>): Promise<Token> {
  if (!isPromise(mark)) return Promise.resolve(toToken(mark))
  const token = mark.then(toToken, (error: unknown) => {
    throw view.failureOf(method, error)
  })
  token.catch(() => {})
  return token
}
