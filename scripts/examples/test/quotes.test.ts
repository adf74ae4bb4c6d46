import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../workspace.ts'
import { type Mistake, findExamples } from '../extract.ts'

/** What is found, and what is wrong, on a page. */
function examplesOf(text: string): { readonly programs: number; readonly wrong: readonly string[] } {
  const dir = mkdtempSync(join(tmpdir(), 'page-'))
  try {
    writeFileSync(join(dir, 'page.md'), text)
    const mistakes: Mistake[] = []
    const programs = findExamples(mistakes, [relative(root, join(dir, 'page.md'))])
    return { programs: programs.length, wrong: mistakes.map((mistake) => mistake.text) }
  } finally {
    rmSync(dir, { recursive: true })
  }
}

const block = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\`\n`

test('a block that is quoted from a file is a part of it, and no program', () => {
  const quote = block('jsx of scripts/rendered/next/app/cities.jsx', "'use client'")
  expect(examplesOf(quote)).toEqual({ programs: 0, wrong: [] })
  const other = block('jsx of scripts/rendered/next/app/cities.jsx', "'use server'")
  const missing = block('ts of scripts/none.ts', 'x()')
  expect(examplesOf(other + missing).wrong).toEqual([
    'this is no part of scripts/rendered/next/app/cities.jsx. Copy it from there.',
    'this is no part of scripts/none.ts. Copy it from there.',
  ])
})

test('any other block of a language like TypeScript is refused, as it is never run', () => {
  expect(examplesOf(block('tsx', 'x()')).wrong).toEqual(['a block of `tsx` is never run. Mark it as `ts`.'])
  expect(examplesOf(block('ts', 'x()')).programs).toBe(1)
})
