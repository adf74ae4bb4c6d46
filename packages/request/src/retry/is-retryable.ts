import { isHotpathError } from '@hotpath/contract'

/** Answers of a server that another attempt may better: timeout, too early, too many, and what is its own fault. */
const RETRYABLE: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])

/** Mistakes in a program, which every attempt makes again. */
const MISTAKES: ReadonlySet<string> = new Set(['EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'URIError'])

/** What `fetch` says when there is no answer: Chromium, Firefox, Safari, Node, Bun, Deno, React Native. Each is a `TypeError`. */
const NETWORK_MESSAGE =
  /^(?:Failed to fetch|network error|NetworkError|Load failed|The Internet connection|The network connection|fetch failed|terminated|A network error|Network request failed|error sending request|Unable to connect)/i
/** Codes of sockets and of undici. Those of wrong arguments begin with `ERR_`. */
const NETWORK_CODE = /^(?:E(?!RR_)[A-Z_]+|UND_ERR_\w+|Connection\w+)$/

/**
 * Whether another attempt may help, which is what `retry` asks unless it is told otherwise. Not for a wrong option or
 * key, an open circuit, a call that was aborted, a mistake in the program (`TypeError`, `ReferenceError`, `RangeError` and
 * the like, but for the `TypeError` by which `fetch` says that there is no answer), or an answer of a server that will stay
 * the same (404 and the like).
 */
export function isRetryable(error: unknown): boolean {
  if (isHotpathError(error)) {
    if (error.code === 'ERR_HTTP_STATUS') return RETRYABLE.has((error as { readonly status?: number }).status ?? 0)
    return error.code.startsWith('ERR_REQUEST_')
      ? error.code === 'ERR_REQUEST_TIMEOUT' || error.code === 'ERR_REQUEST_QUEUE_FULL'
      : !/^ERR_(?:CONFIG|DECORATOR|KEY|TAG|PATTERN|TOKEN|VALUE|CACHE)_/.test(error.code)
  }
  if (!(error instanceof Error)) return true
  if (error.name === 'TypeError') return isOfNetwork(error)
  return error.name !== 'AbortError' && !MISTAKES.has(error.name)
}

/** Whether a `TypeError` says that there is no answer, and not that a program uses what is not there. */
function isOfNetwork(error: Error & { readonly code?: unknown }): boolean {
  if (typeof error.code === 'string') return NETWORK_CODE.test(error.code)
  // An address that cannot be parsed is the cause of a "Failed to parse URL", and no better the next time.
  return error.cause instanceof Error ? isRetryable(error.cause) : NETWORK_MESSAGE.test(error.message)
}
