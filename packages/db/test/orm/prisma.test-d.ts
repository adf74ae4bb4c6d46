import type { SqlDriverAdapterFactory } from '@prisma/client/runtime/client'
import { expectTypeOf, test } from 'vitest'
import type { prismaAdapter, prismaDriver } from '../../src/prisma/prisma.ts'

test('adapters of Prisma are taken, and what is made of one is one', () => {
  expectTypeOf<SqlDriverAdapterFactory>().toExtend<Parameters<typeof prismaDriver>[0]>()
  expectTypeOf<ReturnType<typeof prismaAdapter>>().toExtend<SqlDriverAdapterFactory>()
})
