/** Values of a row of PostgreSQL that was made a string: `(7,"a ""b""",)`. */

/** Without a value: NULL. */
export function composite(row: string): (string | null)[] {
  const values: (string | null)[] = []
  const inner = row.slice(1, -1)
  let at = 0
  while (at <= inner.length) {
    let value = ''
    let isQuoted = false
    let isNull = true
    for (; at < inner.length && (isQuoted || inner[at] !== ','); at++) {
      const character = inner[at] as string
      isNull = false
      if (character === '"' && isQuoted && inner[at + 1] === '"') value += inner[++at]
      else if (character === '"') isQuoted = !isQuoted
      else if (character === '\\') value += inner[++at] ?? ''
      else value += character
    }
    values.push(isNull ? null : value)
    at++
  }
  return values
}
