/** Prisma through an optimizer: the driver adapter that you have, once under the optimizer and once above it. */
export { prismaDriver } from './prisma-driver.ts'
export type { PrismaDriverOptions } from './prisma-driver.ts'
export { prismaAdapter } from './prisma-adapter.ts'
export type { OptimizedPrismaAdapter, OptimizedPrismaFactory, OptimizedPrismaTransaction } from './prisma-adapter.ts'
export type {
  PrismaAdapter,
  PrismaFactory,
  PrismaProvider,
  PrismaQuery,
  PrismaQueryable,
  PrismaResult,
  PrismaTransaction,
} from './driver-adapter.ts'
