import type { Contestant } from './contestant.ts'

/** In the language of `schema.prisma`. */
export const PRISMA_MODELS = `
model accounts {
  id      Int    @id
  branch  Int
  name    String
  version Int
}`

/** As much of a generated client as is used. */
export interface PrismaDb {
  readonly accounts: { findMany(args: object): Promise<unknown> }
  $disconnect(): Promise<void>
}

/** The queries in Prisma's words. */
export function ofPrisma({ accounts }: PrismaDb): Contestant {
  return {
    row: (id) => accounts.findMany({ where: { id } }),
    rows: (branch) => accounts.findMany({ where: { branch }, orderBy: { id: 'asc' }, take: 10 }),
  }
}
