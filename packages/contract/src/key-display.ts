const MAX_CHARACTERS = 64

/**
 * Shortens an encoded key (or a tag) for a message: at most 64 characters, what was cut off shown as an ellipsis, and
 * nothing in it that could break a line or the order of writing in a log.
 */
export function displayKey(encoded: string): string {
  const shown = encoded.length <= MAX_CHARACTERS ? encoded : `${encoded.slice(0, MAX_CHARACTERS - 1)}…`
  // Control and format characters, halves of pairs, line and paragraph separators. One unit becomes one unit or less.
  return shown.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\uFFFD')
}
