/** Names, strings, comments and parameters, in a string of one statement or several; and what is no SQL. */
import { describe, expect, test } from 'vitest'
import { planDependencies } from '../../src/dependencies/plan.ts'
import { readStatement } from '../../src/statement/index.ts'
import { tokenize } from '../../src/statement/tokens.ts'
import { DIALECTS, says, testCases } from './says.ts'

describe('names', () => {
  testCases([
    ['postgres', 'SELECT * FROM Tickets, "Tickets", Ünï', 'read tickets Tickets Ünï'],
    ['mysql sqlite', 'SELECT * FROM Tickets, `tickets`', 'read tickets'],
    ['postgres', 'select * from "a""b", s."c.d"', 'read a"b s.c.d'],
    ['mysql', 'select * from `a``b`, 1st, `x y`', 'read a`b 1st x y'],
    ['mysql', 'select * from "a"', 'read a'],
    ['sqlite', 'select * from [a]]', 'read a'],
    ['all', 'select * from s . a', 'read s.a'],
    ['postgres', `select * from ${'é'.repeat(40)}`, `read ${'é'.repeat(31)}`],
    ['postgres', 'select * from u&"d\\0061t"', 'read d\\0061t ?'],
  ])
})

describe('what was cut off', () => {
  testCases([
    ['all', 'select * from {', 'read'],
    ['all', 'select * from t where a in (select 1 from {', 'read t'],
    ['all', 'select * from a.', 'read a'],
    ['sqlite', 'insert or', 'unknown ?'],
    ['postgres', 'update or', 'unknown ?'],
    ['mysql', 'replace or', 'unknown ?'],
    ['mysql', 'set statement max_statement_time = 1', 'unknown ?'],
    ['mysql', 'delete low_priority', 'write > low_priority'],
  ])
})

describe('strings', () => {
  testCases([
    ['all', "select 'it''s from b' from a", 'read a'],
    ['postgres', "select 'x\\' from a", 'read a'],
    ['postgres', "select E'x\\' from b' from a", 'read a'],
    ['postgres', "select e'x'\n'\\' from b' from a", 'read a'],
    ['postgres', 'select $$ from b $$, $q$ $$ from c $q$ from a', 'read a'],
    ['mysql', 'select \'x\\\' from b\', "y\\" from c" from a', 'read a'],
    ['sqlite', "select 'x\\' from a", 'read a'],
    ['postgres', "select U&'\\0061' uescape '!', b'1', x'ff', n'x' from a", 'read a'],
  ])
})

describe('comments', () => {
  testCases([
    ['all', 'select 1 -- from b\n from a', 'read a'],
    ['all', 'select 1 /* from b */ from a', 'read a'],
    ['postgres', 'select 1 /* /* */ from b */ from a', 'read a'],
    ['mysql', 'select 1 # from b\n from a', 'read a'],
    ['mysql', 'select 1--1 from a', 'read a'],
    ['mysql', 'select 1 /*! from a */', 'read a'],
    ['mysql', 'select 1 /*!80000 from a */', 'read a ?'],
    ['mysql', 'select 1 /*M!100000 from a */, 2', 'read a ?'],
    ['sqlite', 'select * from a /* the end', 'read a ?'],
  ])
})

describe('several statements', () => {
  testCases([
    ['all', 'select * from a; delete from b;', 'write a > b'],
    ['all', ';;begin;select * from a;commit', 'transaction a'],
    ['all', 'select * from a; drop table b; call c()', 'unknown a > b ?'],
  ])
  test('are counted', () => expect(readStatement('select 1; select 2;; ', 'postgres').count).toBe(2))
})

describe('a parameter in the place of a name', () => {
  testCases([
    ['mysql', 'select * from ?? where id = ?', 'read ?'],
    ['mysql', 'select * from a join ?? x on x.id = a.id', 'read a ?'],
    ['mysql sqlite', 'select * from :name', 'read ?'],
    ['mysql', 'update ?? set b = 1', 'unknown ?'],
    ['mysql', 'update ? set b = 1', 'unknown ?'],
    ['mysql', 'delete from ? where id = ?', 'unknown ?'],
    ['mysql', 'with a as (select 1) delete from :name', 'read ?'],
    ['mysql', 'truncate ?', 'unknown ?'],
    ['mysql', "load data infile 'x' into table ?", 'unknown ?'],
    // Its index is not certain.
    ['mysql', 'select * from a where ?? = ? and id = ?', 'read a ?'],
    ['mysql', "update a set b = '?' where id = ?", 'write > a ?'],
    ['mysql', "select '?' from a where id = 7", 'read a'],
    ['sqlite postgres', "select '?' from a where id = ?", 'read a'],
  ])
})

test('parameters are tokens of their own', () => {
  expect(tokenize('$2 $1', 'postgres').list).toEqual(['?1', '?0', ''])
  expect(tokenize('a ? b', 'postgres').list).toEqual(['a', '?', 'b', ''])
  expect(tokenize('? ?', 'mysql').list).toEqual(['?0', '?1', ''])
  expect(tokenize('? ?7 ? :a @b $c', 'sqlite').list).toEqual(['?0', '?6', '?7', ':a', ':b', ':c', ''])
})

describe.each(DIALECTS)('no SQL: %s', (dialect) => {
  test.each([
    '',
    ' ',
    ')',
    '(',
    "'",
    '"',
    '/*',
    '$$',
    'select',
    'select * from',
    'select * from (',
    'insert into',
    'update',
    'with',
    'with x as',
    'with x as (',
    'delete from a using',
    'merge into',
    'copy',
    'create',
    'create table',
    '\0',
    '\ud800',
    'select * from a where (b',
    '))((',
    ', , ,',
    'in in in',
    'as as as',
  ])('%j', (sql) => {
    const { kind, isComplete } = readStatement(sql, dialect)
    // What is not closed, or closes nothing, may be read in another way by the server.
    if (/^['"/$)]/.test(sql) && !(sql === '$$' && dialect !== 'postgres')) expect(isComplete).toBe(false)
    expect(typeof kind).toBe('string')
  })

  test.each([
    ...[
      '(',
      ')',
      "'",
      '"',
      '/*',
      '$',
      '$a$',
      'a,',
      'select ',
      'select * from a, ',
      'with a as (',
      'with a(a,',
      'delete from ',
      'update a set b=1;',
      'select f(',
      'case ',
      'in a ',
      'x in (select 1 from a) and ',
      '"a".',
    ],
  ])(
    '1 MB of %j takes time in proportion',
    (piece) => {
      const sql = piece.repeat(Math.ceil(1_000_000 / piece.length))
      readStatement(sql, dialect)
      planDependencies(sql, {
        dialect,
        schema: 's',
        searchPath: ['s'],
        tables: new Map([['s.a', { key: { column: 'id', type: 'integer' }, columns: ['id', 'b'] }]]),
      }).readTags([])
    },
    180_000,
  )
})

test('a string is read once', () => {
  const sql = 'select * from a where b = $1'
  expect(readStatement(sql, 'postgres')).toBe(readStatement(sql, 'postgres'))
  expect(says(sql, 'mysql')).toBe('read a')
})
