/** What Drizzle does through an optimizer, on any database: what it returns is what it returns without one. */
import { TransactionRollbackError } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { Bench } from '../engines/engine.ts'

/** One program of Drizzle, as it is written for each database. */
export interface DrizzleProgram {
  /** All values of a table with columns of many types, by its columns. */
  kinds(): Promise<unknown>
  /** The same by raw SQL, and what it returns besides. */
  raw(): Promise<unknown>
  /** Users with their tickets: a query by relations. */
  relations(): Promise<unknown>
  /** A join with an aggregate. */
  join(): Promise<unknown>
  /** Ids of tickets that are open, smallest first. */
  open(): Promise<number[]>
  close(id: number): Promise<unknown>
  /** Inserts, updates and deletes; all that they return. */
  writes(firstId: number): Promise<unknown>
  /** Runs parts of a transaction. */
  transaction(run: (tx: DrizzleInTransaction) => Promise<void>): Promise<void>
}

export interface DrizzleInTransaction {
  open(): Promise<number[]>
  close(id: number): Promise<unknown>
  /** A part that may be undone alone. */
  nested(run: (tx: DrizzleInTransaction) => Promise<void>): Promise<void>
  rollback(): never
}

export interface DrizzleCases {
  readonly bench: () => Bench
  readonly db: () => DrizzleProgram
  readonly bare: () => DrizzleProgram
  /** Statements that make a table `typed`. */
  readonly kinds: readonly string[]
}

export function drizzleCases({ bench, db: dbOf, bare: bareOf, kinds }: DrizzleCases): void {
  const hits = (): number => bench().db.stats().hits

  test('values of all types are those of Drizzle alone, on a miss and on a hit', async () => {
    await bench().engine.exec(...kinds)
    const [db, bare] = [dbOf(), bareOf()]
    const expected = await bare.kinds()
    expect(await db.kinds()).toStrictEqual(expected)
    expect(await db.kinds()).toStrictEqual(expected)
    expect(hits()).toBe(1)
    const raw = await bare.raw()
    expect(await db.raw()).toEqual(raw)
    expect(await db.raw()).toEqual(raw)
  })

  test('relations and joins are kept, and invalidated by what Drizzle writes', async () => {
    const [db, bare] = [dbOf(), bareOf()]
    await db.relations()
    await db.join()
    expect(await db.relations()).toStrictEqual(await bare.relations())
    expect(await db.join()).toStrictEqual(await bare.join())
    expect(hits()).toBe(2)
    await db.close(7)
    expect(await db.relations()).toStrictEqual(await bare.relations())
    expect(await db.join()).toStrictEqual(await bare.join())
    expect(hits()).toBe(2)
  })

  test('writes return what they return without an optimizer', async () => {
    const expected = await bareOf().writes(10)
    expect(await dbOf().writes(10)).toEqual(expected)
  })

  test('a transaction sees its own writes, and others see them after it', async () => {
    const db = dbOf()
    expect(await db.open()).toEqual([7, 8])
    await db.transaction(async (tx) => {
      await tx.close(7)
      expect(await tx.open()).toEqual([8])
    })
    expect(await db.open()).toEqual([8])
    expect(bench().db.stats().openTransactions).toBe(0)
  })

  test('a part of a transaction is undone alone, and the whole by `rollback`', async () => {
    const db = dbOf()
    await db.transaction(async (tx) => {
      await tx.close(7)
      const part = tx.nested(async (inner) => {
        await inner.close(8)
        expect(await inner.open()).toEqual([])
        throw new Error('no')
      })
      await expect(part).rejects.toThrow('no')
      expect(await tx.open()).toEqual([8])
      await tx.nested(async (inner) => void (await inner.open()))
    })
    expect(await db.open()).toEqual([8])
    const undone = db.transaction(async (tx) => {
      await tx.close(8)
      tx.rollback()
    })
    await expect(undone).rejects.toBeInstanceOf(TransactionRollbackError)
    expect(await db.open()).toEqual([8])
    expect(bench().db.stats()).toMatchObject({ openTransactions: 0, lent: 0 })
  })
}
