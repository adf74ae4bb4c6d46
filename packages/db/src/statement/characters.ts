/** Kinds of characters of SQL, by their code; a code past the end of a text is NaN, which is of no kind. */

/** Whether a word may begin with it: a letter, `_`, or whatever is not ASCII. */
export function isWordStart(code: number): boolean {
  const lower = code | 32
  return (lower > 96 && lower < 123) || code === 95 || code > 127
}

/** Whether a word may go on with it. */
export function isWordPart(code: number): boolean {
  return isWordStart(code) || isDigit(code) || code === 36
}

/** Whether it is a digit. */
export function isDigit(code: number): boolean {
  return code > 47 && code < 58
}
