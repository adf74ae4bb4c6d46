/**
 * UTF-8 by hand: the contract runs where neither `Buffer` nor `TextEncoder` may be assumed, and limits are in bytes
 * because stores count bytes.
 */

/** Most bytes that one UTF-16 code unit can become. */
export const MAX_BYTES_PER_UNIT = 3

/** Number of UTF-8 bytes of a text, or -1 when it holds a lone surrogate, which UTF-8 cannot express. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x80) continue
    if (code < 0x800) {
      bytes++
      continue
    }
    bytes += 2
    if (!isSurrogate(code)) continue
    if (!isPairAt(text, at)) return -1
    // A pair is two units and four bytes.
    at++
  }
  return bytes
}

/** Longest beginning of a well-formed text that fits in so many bytes and ends between two characters. */
export function utf8Head(text: string, maxBytes: number): string {
  let bytes = 0
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    const isPair = isSurrogate(code)
    bytes += isPair ? 4 : code < 0x80 ? 1 : code < 0x800 ? 2 : 3
    if (bytes > maxBytes) break
    at += isPair ? 2 : 1
  }
  return text.slice(0, at)
}

/** The UTF-8 bytes of a well-formed text. */
export function toUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * MAX_BYTES_PER_UNIT)
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at) as number
    if (code < 0x80) {
      bytes[length++] = code
      continue
    }
    // The first byte begins with as many ones as there are bytes, and has the bits that the others, of six each, have not.
    let more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3
    if (more === 3) at++
    bytes[length++] = (0xff << (7 - more)) | (code >> (more * 6))
    while (more-- > 0) bytes[length++] = 0x80 | ((code >> (more * 6)) & 0x3f)
  }
  return bytes.subarray(0, length)
}

/** Tells whether the code unit at an index and the one after it are one character. */
export function isPairAt(text: string, at: number): boolean {
  // At the end of the text the comparison is with NaN, hence false.
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00
}

function isSurrogate(code: number): boolean {
  return (code & 0xf800) === 0xd800
}
