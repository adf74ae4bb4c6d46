import { TokenError } from './errors.ts'
import type { Mark } from './ports/log.ts'
import { received } from './received.ts'

declare const tokenBrand: unique symbol

/**
 * Opaque proof of a write: `invalidate…`, `expire…`, `set` and `delete` resolve to one, and a read with
 * `after: token` never returns what that write outdated, on any node. A string, so that it fits a cookie or a header;
 * what comes back from there is any string to TypeScript (`text as Token`), and is checked where it is used.
 */
export type Token = string & {
  /** Tells tokens from other strings. */
  readonly [tokenBrand]: 'token'
}

const TOKEN = /^([\w-]{1,64})\.(\d{1,16})$/

/** Writes a mark as a token. */
export function toToken({ epoch, position }: Mark): Token {
  return tokenAt(epoch, position)
}

/** Writes a position of an epoch as a token: as `toToken`, without an object for the two, which each read of an entry would make. */
export function tokenAt(epoch: string, position: number): Token {
  return `${epoch}.${position}` as Token
}

/**
 * Reads a token.
 *
 * @param option - What the user calls it.
 * @throws TokenError `ERR_TOKEN_INVALID` for anything that `toToken` did not write.
 */
export function parseToken(token: Token | string, option = 'after'): Mark {
  const match = typeof token === 'string' ? TOKEN.exec(token) : null
  const position = Number(match?.[2])
  if (match?.[1] !== undefined && Number.isSafeInteger(position)) return { epoch: match[1], position }
  throw new TokenError(
    'ERR_TOKEN_INVALID',
    `\`${option}\` must be a token that a write resolved to, received ${typeof token === 'string' ? 'another string' : received(token)}. Pass the token on unchanged, or leave \`${option}\` out.`,
  )
}
