/** Finds the programs in what people read: the `ts` blocks of Markdown pages and of doc comments. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../workspace.ts'
import { type Prints, printsOf } from './prints.ts'

/** One program, made of one or more blocks of a page. */
export interface Example {
  /** Where it stands, relative to the top of the repository. */
  readonly page: string
  /** Its first line there. */
  readonly line: number
  /** The code. Each line keeps the number it has on the page, so that every message points into the page. */
  readonly code: string
  /** What it says that it prints. */
  readonly prints: readonly Prints[]
}

/** Something wrong, and where. */
export interface Mistake {
  readonly page: string
  readonly line: number
  readonly text: string
}

const PAGES = ['*.md', 'docs/**/*.md', '{packages,examples}/*/README.md', 'packages/*/src/**/*.ts']
const GENERATED = ['docs/api/**']
/** `tsx of examples/app/page.tsx`: a part of a file, which something else builds. */
const QUOTE = /^\w+ of (\S+)$/
const LOOKALIKES = /^(?:typescript|tsx|mts|javascript|js|jsx|mjs)\b/

interface Block {
  /** Number of its first line, from 1. */
  readonly line: number
  readonly lines: readonly string[]
  /** Whether it may go on with the block before. */
  readonly canContinue: boolean
}

/** All examples of the repository, or of some pages; what keeps one from being run is added to `mistakes`. */
export function findExamples(mistakes: Mistake[], pages: readonly string[] = []): Example[] {
  return globSync(pages.length > 0 ? [...pages] : PAGES, { cwd: root, exclude: GENERATED })
    .sort()
    .flatMap((page) => examplesOf(page, readFileSync(join(root, page), 'utf8'), mistakes))
}

/** The examples of one page: a block that imports something begins a program, any other continues the one before it. */
function examplesOf(page: string, text: string, mistakes: Mistake[]): Example[] {
  const programs: Block[][] = []
  for (const block of blocksOf(page, text, mistakes)) {
    const before = programs.at(-1)
    const continues = block.canContinue && !block.lines.some((line) => line.startsWith('import '))
    if (before !== undefined && continues) before.push(block)
    else programs.push([block])
  }
  return programs.map((blocks) => {
    const lines: string[] = []
    for (const block of blocks) {
      while (lines.length < block.line - 1) lines.push('')
      lines.push(...block.lines)
    }
    return { page, line: blocks[0]?.line ?? 1, code: `${lines.join('\n')}\n`, prints: printsOf(lines) }
  })
}

function blocksOf(page: string, text: string, mistakes: Mistake[]): Block[] {
  const isSource = page.endsWith('.ts')
  const blocks: Block[] = []
  let open:
    | { readonly line: number; readonly lines?: string[]; readonly quoted?: string; readonly indent: number }
    | undefined
  let canContinue = false
  for (const [index, raw] of text.split('\n').entries()) {
    // A doc comment is a page of its own.
    if (isSource && raw.trim().startsWith('/**')) canContinue = false
    const line = isSource ? (/^\s*\* ?(.*)$/.exec(raw)?.[1] ?? '') : raw
    const [, indent = '', language] = /^(\s*)```(.*)$/.exec(line) ?? []
    if (language === undefined) {
      open?.lines?.push(line.slice(open.indent))
      continue
    }
    if (open === undefined) {
      const quoted = QUOTE.exec(language)?.[1]
      if (quoted === undefined && LOOKALIKES.test(language)) {
        mistakes.push({ page, line: index + 1, text: `a block of \`${language}\` is never run. Mark it as \`ts\`.` })
      }
      const isRead = language === 'ts' || quoted !== undefined
      open = {
        line: index + 2,
        indent: indent.length,
        ...(isRead && { lines: [] }),
        ...(quoted !== undefined && { quoted }),
      }
      continue
    }
    if (open.quoted !== undefined) {
      if (!isPartOf(open.quoted, open.lines ?? []))
        mistakes.push({ page, line: open.line, text: `this is no part of ${open.quoted}. Copy it from there.` })
      open = undefined
      continue
    }
    if (open.lines !== undefined) {
      blocks.push({ line: open.line, lines: open.lines, canContinue })
      canContinue = true
    }
    open = undefined
  }
  if (open !== undefined) mistakes.push({ page, line: open.line - 1, text: 'this block has no end.' })
  return blocks
}

function isPartOf(path: string, lines: readonly string[]): boolean {
  const file = join(root, path)
  return existsSync(file) && readFileSync(file, 'utf8').includes(`${lines.join('\n')}\n`)
}
