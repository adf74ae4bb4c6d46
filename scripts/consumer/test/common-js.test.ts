import { expect, test } from 'vitest'
import { commonJsProblems } from '../common-js.ts'

const strict = (...lines: readonly string[]): string => ['"use strict";', ...lines].join('\n')

test('finds assignments to exports in functions, methods and initializers', () => {
  const code = strict(
    'exports.limit = limit',
    'function a() { exports.limit = 1 }',
    'class Engine { #memory; constructor() { this.#memory = exports.memory = 2 } }',
    'class Other { memory = (exports.memory = 3) }',
    "const b = () => (exports['limit'] ??= 4)",
    'const c = () => (module.exports.limit = 5)',
    'const d = () => { module.exports = {} }',
  )
  expect(commonJsProblems('it.cjs', code).map((problem) => problem.split(':')[1])).toEqual([
    '3',
    '4',
    '5',
    '6',
    '7',
    '8',
  ])
})

test('lets a module make its exports, and other objects have exports', () => {
  const code = strict(
    'module.exports = toCommonJs({})',
    '0 && (module.exports = { a })',
    'function a(it) { it.exports = 1 }',
  )
  expect(commonJsProblems('it.cjs', code)).toEqual([])
})

test('finds a module that is not strict', () => {
  expect(commonJsProblems('it.cjs', 'exports.a = 1')).toEqual(['it.cjs: is not strict.'])
})
