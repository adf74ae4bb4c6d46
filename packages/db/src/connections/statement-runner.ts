/**
 * Runs one statement on a connection and gives the connection back as it was: with no transaction open, and without the
 * settings of a session. Where that is not certain the connection is closed.
 */
import { digestOf } from '@hotpath/contract'
import type { DatabaseDriver, Params, RunOptions, WireResult } from '../driver/driver.ts'
import type { SessionOptions } from '../query-optimizer.ts'
import type { Plan } from '../read/plan.ts'
import { leftOpenError } from '../transaction/errors.ts'
import { type SettingsStatement, settingsStatement } from '../transaction/statements.ts'
import { isConnectionError, isTransactionOpen, rollBack } from './ending.ts'
import type { Lent } from './lender.ts'

/** A statement is prepared when it is run for this time. */
const RUNS_BEFORE_PREPARED = 2

/** For whom a statement is run, and how its values are made. */
export interface RunFor {
  readonly session: SessionOptions | undefined
  readonly how: RunOptions | undefined
}

/** Runs statements. */
export class StatementRunner {
  readonly #driver: DatabaseDriver
  readonly #names = new Map<string, string>()
  #prepared = 0

  constructor(driver: DatabaseDriver) {
    this.#driver = driver
  }

  /** Runs a statement and gives the connection back, also when it fails. */
  async runAndRelease(lent: Lent, plan: Plan, params: Params, { session, how }: RunFor): Promise<WireResult> {
    const settings = session?.settings && settingsStatement(session.settings)
    prepareFor(lent, plan)
    let result: WireResult
    try {
      result =
        settings === undefined
          ? await this.#run(lent, plan, params, how)
          : await runWithSettings(lent, { sql: plan.sql, params, how }, settings)
    } catch (error) {
      await giveBack(lent, plan, settings !== undefined, error)
      throw error
    }
    const left = giveBack(lent, plan, settings !== undefined)
    if (left !== undefined && (await left)) throw leftOpenError()
    return result
  }

  #run(lent: Lent, plan: Plan, params: Params, how: RunOptions | undefined): Promise<WireResult> {
    const name = this.#nameFor(lent, plan)
    if (name === undefined) return lent.connection.run(plan.sql, params, how)
    return lent.connection.run(plan.sql, params, { name }).catch((error: unknown) => {
      if (this.#driver.isOutOfDate?.(error) !== true) throw error
      // The server refused it before it did anything. The next time it is prepared under another name.
      this.#names.delete(plan.sql)
      plan.runs = 0
      return lent.connection.run(plan.sql, params)
    })
  }

  /** The name that the statement is prepared under, if it is. Names are never given back: connections keep them. */
  #nameFor({ profile }: Lent, plan: Plan): string | undefined {
    const { maxPrepared } = this.#driver
    plan.runs++
    if (maxPrepared === 0 || profile.isPooled || plan.statement.count !== 1) return undefined
    const known = this.#names.get(plan.sql)
    if (known !== undefined || plan.runs < RUNS_BEFORE_PREPARED || this.#prepared >= maxPrepared) return known
    const name = `hotpath_${digestOf(plan.sql).slice(0, 16)}_${++this.#prepared}`
    this.#names.set(plan.sql, name)
    return name
  }
}

/**
 * Gives a connection back; there is something to wait for only where the server has to be asked what it is like. Resolves to
 * whether a transaction was left open, which is rolled back.
 */
function giveBack(lent: Lent, plan: Plan, hasSettings: boolean, error?: unknown): Promise<boolean> | undefined {
  const { connection, wasInTransaction } = lent
  const isBroken = error !== undefined && isConnectionError(error)
  if (isBroken && !connection.isEmbedded) {
    // Whatever it is in ends with it, and it may not respond any more.
    lent.release(true)
    return undefined
  }
  const { inTransaction } = connection
  // A driver reports an error before the server has said what state it leaves the connection in.
  const isUnsure = error !== undefined && plan.mayChangeSession
  const mayBeOpen = isUnsure || (inTransaction ?? (plan.mayChangeSession || hasSettings || isBroken))
  if (!wasInTransaction && mayBeOpen) return endAndRelease(lent, isUnsure)
  lent.release()
  return undefined
}

/** Several statements in one string may leave a transaction open, which the next caller would be in. */
async function endAndRelease(lent: Lent, isUnsure: boolean): Promise<boolean> {
  const { connection } = lent
  const isLeftOpen = await (isUnsure ? connection.isInTransaction().catch(() => true) : isTransactionOpen(connection))
  if (isLeftOpen) await rollBack(connection)
  lent.release(isLeftOpen)
  return isLeftOpen
}

/** Notes what a statement will do to its connection. Called before it is run. */
export function prepareFor(lent: Lent, plan: Plan): void {
  if (plan.mayChangeSession) lent.forget()
  if (plan.mayMakeTemporary) lent.discard()
}

/** Within a transaction, which the settings end with. */
async function runWithSettings(
  { connection }: Lent,
  { sql, params, how }: { readonly sql: string; readonly params: Params; readonly how: RunOptions | undefined },
  settings: SettingsStatement,
): Promise<WireResult> {
  await connection.run('begin', [])
  try {
    await connection.run(settings.sql, settings.params)
    const result = await connection.run(sql, params, how)
    await connection.run('commit', [])
    return result
  } catch (error) {
    await rollBack(connection)
    throw error
  }
}
