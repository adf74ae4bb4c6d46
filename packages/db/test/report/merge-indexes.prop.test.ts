import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ColumnGroups, mergeIndexes } from '../../src/advice/merge-indexes.ts'

describe('indexes that several statements call for', () => {
  test('are one where it finds rows for all of them', () => {
    expect(mergeIndexes([[['e', 'n']], [['n', 'e']]])).toEqual([
      ['e', 'n'],
      ['e', 'n'],
    ])
    expect(mergeIndexes([[['n']], [['e', 'n']], [['e', 'n'], ['at']]])).toEqual([
      ['n', 'e', 'at'],
      ['n', 'e', 'at'],
      ['n', 'e', 'at'],
    ])
    expect(mergeIndexes([[['e'], ['n']], [['n', 'e']]])).toEqual([
      ['e', 'n'],
      ['e', 'n'],
    ])
  })

  test('are several where one would not begin with the columns of all', () => {
    expect(mergeIndexes([[['e']], [['n']], [['n', 'e']]])).toEqual([['e', 'n'], ['n'], ['e', 'n']])
    expect(
      mergeIndexes([
        [['e'], ['at']],
        [['e'], ['until']],
      ]),
    ).toEqual([
      ['e', 'at'],
      ['e', 'until'],
    ])
  })

  test('begin with the columns of each, whatever is wanted', () => {
    const column = fc.constantFrom('a', 'b', 'c', 'd')
    const groups: fc.Arbitrary<ColumnGroups> = fc
      .uniqueArray(column, { minLength: 1, maxLength: 4 })
      .chain((columns) =>
        fc.nat(columns.length).map((at) => [columns.slice(0, at), ...columns.slice(at).map((one) => [one])]),
      )
      .map((all) => all.filter((group) => group.length > 0))
    fc.assert(
      fc.property(fc.array(groups, { maxLength: 6 }), (wanted) => {
        for (const [at, columns] of mergeIndexes(wanted).entries()) {
          let from = 0
          for (const group of wanted[at] ?? []) {
            expect(columns.slice(from, from + group.length).toSorted()).toEqual(group.toSorted())
            from += group.length
          }
        }
      }),
    )
  })
})
