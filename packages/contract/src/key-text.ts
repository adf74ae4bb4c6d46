/**
 * Strings inside a key: bare where that is unambiguous, so that usual keys stay readable, and as JSON otherwise.
 *
 * Invariant: a bare string holds none of the characters that build a key (`:`, `,`, brackets, quotes, `~`) or that
 * mean something in a pattern, and never reads like a part of another type. That keeps the encoding injective.
 *
 * The loops are over character codes and not regular expressions: this runs for each look-up by an array key.
 */

/** Encodes a string part or the name of a member. */
export function encodeText(text: string): string {
  return isBare(text) ? text : JSON.stringify(text)
}

function isBare(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (!isBareCode(text.charCodeAt(at))) return false
  const first = text[0]
  switch (first) {
    case undefined:
    case '@': // a date
    case '+':
    case '-':
    case '.':
      return false
    case 't':
    case 'f':
    case 'n':
    case 'u':
    case 'N':
    case 'I':
      return !isKeyword(text)
    default:
      return first > '9' || first < '0' || !isNumeric(text)
  }
}

/** Letters, digits and `#$%&+-./=@_`. */
function isBareCode(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) || // a-z
    (code >= 0x2d && code <= 0x39) || // - . / 0-9
    (code >= 0x40 && code <= 0x5a) || // @ A-Z
    code === 0x5f || // _
    (code >= 0x23 && code <= 0x26) || // # $ % &
    code === 0x2b || // +
    code === 0x3d // =
  )
}

function isKeyword(text: string): boolean {
  switch (text) {
    case 'true':
    case 'false':
    case 'null':
    case 'undefined':
    case 'NaN':
    case 'Infinity':
      return true
    default:
      return false
  }
}

/** Anything that reads like a number or a bigint, canonical or not: `042` bare would be safe, and misleading. */
function isNumeric(text: string): boolean {
  return !Number.isNaN(Number(text.endsWith('n') ? text.slice(0, -1) : text))
}
