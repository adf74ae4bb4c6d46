import { expectTypeOf, test } from 'vitest'
import type { Params, QueryOptimizer } from '../src/index.ts'

interface Filter {
  readonly id: number
  readonly owner?: string
}

test('parameters are lists, and objects of whatever type', () => {
  expectTypeOf<Filter>().toExtend<Params>()
  expectTypeOf<{ id: number }>().toExtend<Params>()
  expectTypeOf<Readonly<Record<string, unknown>>>().toExtend<Params>()
  expectTypeOf<readonly [id: number]>().toExtend<Params>()
  expectTypeOf<unknown[]>().toExtend<Params>()
  expectTypeOf<[string, Filter]>().toExtend<Parameters<QueryOptimizer['query']>>()
})

test('and no single values', () => {
  expectTypeOf<string>().not.toExtend<Params>()
  expectTypeOf<number>().not.toExtend<Params>()
  expectTypeOf<null>().not.toExtend<Params>()
})
