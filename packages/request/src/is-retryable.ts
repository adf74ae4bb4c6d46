import { isHotpathError } from '@hotpath/contract'

/** Answers of a server that another attempt may better: timeout, too early, too many, and what is its own fault. */
const RETRYABLE: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])

/**
 * Whether another attempt may help, which is what `retry` asks unless it is told otherwise. Not for a wrong option or
 * key, an open circuit, a call that was aborted, a mistake in the program (`ReferenceError`, `SyntaxError`), or an
 * answer of a server that will stay the same (404 and the like).
 */
export function isRetryable(error: unknown): boolean {
  if (isHotpathError(error)) {
    if (error.code === 'ERR_HTTP_STATUS') return RETRYABLE.has((error as { readonly status?: number }).status ?? 0)
    return error.code.startsWith('ERR_REQUEST_')
      ? error.code === 'ERR_REQUEST_TIMEOUT' || error.code === 'ERR_REQUEST_QUEUE_FULL'
      : !/^ERR_(?:CONFIG|DECORATOR|KEY|TAG|PATTERN|TOKEN|VALUE|CACHE)_/.test(error.code)
  }
  if (!(error instanceof Error)) return true
  return !['AbortError', 'ReferenceError', 'SyntaxError'].includes(error.name)
}
