import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { publicPackages, readManifest } from '../../workspace.ts'
import { findExamples } from '../extract.ts'

test.for(publicPackages())('the README of $name says which Node it needs', ({ dir }) => {
  const { engines } = readManifest(join(dir, 'package.json')) as { readonly engines?: { readonly node?: string } }
  const oldest = engines?.node?.replace('>=', '')
  expect(oldest).toMatch(/^\d+\.\d+$/)
  expect(readFileSync(join(dir, 'README.md'), 'utf8')).toContain(`Node ${oldest} or newer`)
})

test('examples run on the oldest Node as they are', () => {
  const usesNewSyntax = findExamples([]).filter(({ code }) => /\busing \w+ =/.test(code))
  expect(usesNewSyntax.map(({ page, line }) => `${page}:${line}`)).toEqual([])
})
