import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ERROR_CODES } from '../src/index.ts'

test('docs/errors.md has a heading for each code, and no other', () => {
  const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  const headings = [...page.matchAll(/^## (\w+)$/gm)].map(([, code]) => code)
  expect(new Set(headings)).toEqual(new Set(ERROR_CODES))
  expect(headings).toHaveLength(ERROR_CODES.length)
})
