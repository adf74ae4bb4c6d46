/**
 * Marks in sources, for tests that take a rule away or make a bound small: `/* rule: gap *\/` stands for the whole
 * expression or statement that begins right after it, whatever it says and wherever it moves.
 */
import ts from 'typescript'

const MARK = /\/\* (?:rule|bound): ([\w-]+) \*\/\s*/g

/** A marked piece of a source. */
export interface Mark {
  readonly name: string
  readonly start: number
  readonly end: number
}

/** The marks of one source. */
export function marksOf(source: string): Mark[] {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true)
  return Array.from(source.matchAll(MARK), ({ 0: whole, 1: name = '', index }) => {
    const start = index + whole.length
    const node = outermostAt(file, start)
    if (node === undefined) throw new Error(`Nothing begins after the mark \`${name}\`. Put it before an expression.`)
    return { name, start, end: node.getEnd() }
  })
}

/** The source with other code in the place of marked pieces, by name. */
export function replaceMarked(source: string, instead: ReadonlyMap<string, string>): string {
  let text = source
  for (const { name, start, end } of marksOf(source).toReversed()) {
    const code = instead.get(name)
    if (code !== undefined) text = text.slice(0, start) + code + text.slice(end)
  }
  return text
}

function outermostAt(node: ts.Node, start: number): ts.Node | undefined {
  return ts.forEachChild(node, (child) => {
    if (child.getEnd() <= start || child.getFullStart() > start) return undefined
    return child.getStart() === start ? child : outermostAt(child, start)
  })
}
