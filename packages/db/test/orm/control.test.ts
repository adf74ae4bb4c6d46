import { describe, expect, test } from 'vitest'
import { controlOf } from '../../src/orm/control.ts'
import { composite } from '../../src/prisma/composite.ts'

describe('statements that begin and end transactions', () => {
  test.each([
    ['begin', { type: 'begin', options: {} }],
    [
      'BEGIN ISOLATION LEVEL Repeatable  Read READ ONLY;',
      { type: 'begin', options: { isolation: 'repeatable read', readOnly: true } },
    ],
    ['start transaction read write', { type: 'begin', options: {} }],
    ['set transaction isolation level serializable', { type: 'next', options: { isolation: 'serializable' } }],
    [' commit ;', { type: 'commit' }],
    ['end', { type: 'commit' }],
    ['rollback', { type: 'rollback' }],
    ['savepoint sp1', { type: 'savepoint', name: 'sp1' }],
    ['savepoint "Two words"', { type: 'savepoint', name: 'Two words' }],
    ['ROLLBACK TO SAVEPOINT SP1', { type: 'rollback-to', name: 'sp1' }],
    ['rollback to `sp1`', { type: 'rollback-to', name: 'sp1' }],
    ['release savepoint sp1', { type: 'release', name: 'sp1' }],
    ['release sp1', { type: 'release', name: 'sp1' }],
  ])('%s', (sql, control) => {
    expect(controlOf(sql)).toEqual(control)
  })

  test.each([
    'select 1',
    'set search_path to app',
    'beginning',
    'endpoint',
    "update t set a = 'commit'",
    'begin; update t set a = 1; commit',
    'begin not atomic update t set a = 1; end',
    'commit and chain',
    "commit prepared 'x'",
  ])('none of them: %s', (sql) => {
    expect(controlOf(sql)).toBeUndefined()
  })
})

test('values of a row of PostgreSQL that is a string', () => {
  expect(composite('(7,,"","a ""b"", c","back\\\\slash",t)')).toEqual(['7', null, '', 'a "b", c', 'back\\slash', 't'])
  expect(composite('()')).toEqual([null])
})
