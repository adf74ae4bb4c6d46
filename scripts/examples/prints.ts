/** What an example says that it prints, and whether it did. */

/** The comment that ends a line with `console.log(…)`, and the comment lines right below it. */
export interface Prints {
  readonly line: number
  /** `…` stands for any text. */
  readonly text: string
}

/** One call of `console.log`: the line of the page that it stands on, and the text. */
export interface Printed {
  readonly line: number
  readonly text: string
}

/** A line that printed something else than it says. */
export interface Difference {
  readonly line: number
  /** `undefined`: nothing was said. */
  readonly expected: string | undefined
  /** `undefined`: nothing was printed. */
  readonly received: string | undefined
}

/** Reads the expectations in the lines of a program. */
export function printsOf(lines: readonly string[]): Prints[] {
  const prints: Prints[] = []
  for (const [index, line] of lines.entries()) {
    if (!line.includes('console.log(')) continue
    // After the last bracket of the call, and those of what is around it.
    const [, comment] = /console\.log\(.*\)[\s)}\];,]*\/\/ (.*)$/.exec(line) ?? []
    const said = comment === undefined ? [] : [comment]
    for (let below = index + 1; below < lines.length; below++) {
      const [, more] = /^\s*\/\/ ?(.*)$/.exec(lines[below] ?? '') ?? []
      if (more === undefined) break
      said.push(more)
    }
    if (said.length > 0) prints.push({ line: index + 1, text: said.join('\n').trimEnd() })
  }
  return prints
}

/** Compares line by line; what one line printed several times stands below each other. */
export function differences(prints: readonly Prints[], printed: readonly Printed[]): Difference[] {
  const expected = new Map(prints.map(({ line, text }) => [line, text]))
  const received = new Map<number, string>()
  for (const { line, text } of printed) {
    const before = received.get(line)
    received.set(line, before === undefined ? text : `${before}\n${text}`)
  }
  return [...new Set([...expected.keys(), ...received.keys()])]
    .sort((a, b) => a - b)
    .map((line) => ({ line, expected: expected.get(line), received: received.get(line)?.trimEnd() }))
    .filter((one) => !agrees(one))
}

function agrees({ expected, received }: Difference): boolean {
  if (expected === undefined || received === undefined) return false
  const parts = expected.split('…').map((part) => part.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^]*')}$`).test(received)
}
