import { globSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { marksOf, replaceMarked } from '../../../scripts/marks.ts'
import { RULES, SMALL_BOUNDS } from './simulation/rules.ts'

const home = join(import.meta.dirname, '..')
const sources = globSync('{src,test/simulation}/**/*.ts', { cwd: home }).map((file) =>
  readFileSync(join(home, file), 'utf8'),
)
const marks = sources.flatMap((source) => marksOf(source).map(({ name }) => name))

const cases = [...RULES, { rule: 'none', without: 'large bounds', changes: SMALL_BOUNDS, covered: undefined }]

test.each(cases)('rule $rule can still be taken away: $without', ({ changes, covered }) => {
  const instead = new Map(Object.entries({ ...changes, ...covered?.changes }))
  // Otherwise nobody would know any more whether the simulation notices.
  for (const name of instead.keys())
    expect(
      marks.filter((mark) => mark === name),
      name,
    ).toHaveLength(1)
  for (const source of sources.filter((text) =>
    Array.from(instead.keys()).some((name) => text.includes(`: ${name} */`)),
  ))
    expect(() => stripTypeScriptTypes(replaceMarked(source, instead))).not.toThrow()
})

test('each mark in the sources is of a rule or a bound', () => {
  const named = cases.flatMap(({ changes, covered }) => Object.keys({ ...changes, ...covered?.changes }))
  expect(new Set(marks)).toEqual(new Set(named))
})
