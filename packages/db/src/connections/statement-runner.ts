/**
 * Runs one statement on a connection and gives the connection back as it was: with no transaction open, and without the
 * settings of a session. Where that is not certain the connection is closed.
 */
import type { DatabaseDriver, Params, RunOptions, WireResult } from '../driver/driver.ts'
import type { SessionOptions } from '../query-optimizer.ts'
import type { Plan } from '../read/plan.ts'
import { leftOpenError } from '../transaction/errors.ts'
import { type SettingsStatement, settingsStatement } from '../transaction/statements.ts'
import { isConnectionError, isTransactionOpen, rollBack } from './ending.ts'
import type { Lent } from './lender.ts'
import { PreparedNames } from './prepared-names.ts'

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
  readonly #names: PreparedNames

  constructor(driver: DatabaseDriver) {
    this.#driver = driver
    this.#names = new PreparedNames(driver.maxPrepared)
  }

  /** What is prepared may not fit any more. */
  schemaChanged(): void {
    this.#names.schemaChanged()
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

  async #run(lent: Lent, plan: Plan, params: Params, how: RunOptions | undefined): Promise<WireResult> {
    const { connection } = lent
    const name = this.#nameFor(lent, plan)
    if (name === undefined) return connection.run(plan.sql, params, how)
    await this.#names.use(connection, name)
    try {
      return await connection.run(plan.sql, params, { name })
    } catch (error) {
      if (this.#driver.isOutOfDate?.(error) !== true) throw error
      // Where it is the values that are wrong, this fails as well.
      const result = await connection.run(plan.sql, params)
      this.#names.forget(plan.sql)
      plan.runs = 0
      return result
    }
  }

  /**
   * The name that the statement is prepared under, if it is. Not in a transaction of others, which an error would end; and
   * not what writes: where another process has changed a column, values would be stored as the types of before have them.
   */
  #nameFor({ profile, wasInTransaction }: Lent, plan: Plan): string | undefined {
    plan.runs++
    if (wasInTransaction || profile.isPooled || plan.mayWrite || plan.statement.count !== 1) return undefined
    return this.#names.of(plan.sql, plan.runs >= RUNS_BEFORE_PREPARED)
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
