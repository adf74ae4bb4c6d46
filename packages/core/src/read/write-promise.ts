/**
 * What callers of writes get. A write whose outcome is unknown rejects, holds in this process and is retried, so nothing
 * is lost with a caller that never looks: its promise counts as handled, as a process must not end over it. The fault
 * event says the same to whoever listens.
 */
import { LogError, type Mark, type MaybePromise, type Token, isHotpathError, toToken } from '@hotpath/contract'
import { isPromise } from '../time/chain.ts'

/**
 * Runs a write. What is wrong with its input rejects as usual.
 *
 * @param method - Named in the error.
 */
export function writing(method: string, write: () => MaybePromise<Mark>): Promise<Token> {
  try {
    const mark = write()
    if (!isPromise(mark)) return Promise.resolve(toToken(mark))
    const token = mark.then(toToken, (error: unknown) => {
      throw isHotpathError(error, 'ERR_LOG_UNAVAILABLE') ? unknownOutcome(method, error) : error
    })
    token.catch(() => {})
    return token
  } catch (error) {
    return Promise.reject(error)
  }
}

function unknownOutcome(method: string, { cause, context }: Error & Pick<LogError, 'context'>): LogError {
  return new LogError(
    'ERR_LOG_UNAVAILABLE',
    `The invalidation log did not confirm \`${method}\`. It holds in this process and is retried, but other processes may not know of it yet. Pass \`queue: true\`, to the call or to \`createCache\`, to go on without the log; check the connection of the tier that brings it.`,
    { cause, context },
  )
}
