/** What the plans of all engines have in common, as far as advice is given on it. */

/** A table whose rows are all read. */
export interface TableScan {
  /** As the statement names it: its alias, where it has one. */
  readonly alias: string
  /** Its name, with the schema where the plan says so; `undefined`: that is to be found by the alias. */
  readonly table: string | undefined
  /** How many rows are read; `undefined`: as many as the table has. */
  readonly rows: number | undefined
  /** How many of them are left by its condition, where the engine has an idea of that. */
  readonly kept: number | undefined
  /** Its share of the cost of the statement, 0 to 1, where the plan says so. */
  readonly share: number | undefined
  /** Columns of an index that the engine makes for it each time. */
  readonly indexedEachTime: readonly string[]
}

/** Rows that are put in order by the statement. */
export interface PlannedSort {
  /** How many. */
  readonly rows: number | undefined
  /** How much memory they take. */
  readonly bytes: number | undefined
  /** Whether they went to disk; `undefined`: it was not run. */
  readonly wasOnDisk: boolean | undefined
  /** Its share of the cost of the statement, 0 to 1, where the plan says so. */
  readonly share: number | undefined
}

/** A part of a plan for which the engine expected another number of rows than there were. */
export interface WrongEstimate {
  /** Table, or kind of the step. */
  readonly of: string
  /** Rows that were expected. */
  readonly expected: number
  /** Rows that there were. */
  readonly actual: number
}

/** A plan, as far as it is understood. */
export interface PlanReading {
  readonly scans: readonly TableScan[]
  readonly sorts: readonly PlannedSort[]
  readonly wrongEstimates: readonly WrongEstimate[]
  /** Cost in units of the engine. */
  readonly cost: number | undefined
  /** Rows that the engine expects as the result. */
  readonly rows: number | undefined
}

/** So many times more is a wrong estimate. */
const WRONG_FACTOR = 10
/** Fewer rows make no difference. */
const FEW_ROWS = 100

/** Whether there are so many more rows than expected that another plan would have been chosen. Fewer may be those up to a limit. */
export function isWrong(expected: number, actual: number): boolean {
  return actual >= FEW_ROWS && actual >= WRONG_FACTOR * Math.max(expected, 1)
}

/** A plan that is not of the form that its engine is known to write. */
export class UnreadablePlan extends Error {}

/** A property that is a number. */
export function numberIn(node: object, name: string): number | undefined {
  const value = (node as Readonly<Record<string, unknown>>)[name]
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** A property that is a string. */
export function stringIn(node: object, name: string): string | undefined {
  const value = (node as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' ? value : undefined
}

/** The JSON in the first column of the first row, whether the driver has parsed it or not. */
export function jsonOf(rows: readonly object[]): unknown {
  const [value] = Object.values(rows[0] ?? {}) as unknown[]
  try {
    return typeof value === 'string' ? JSON.parse(value) : value
  } catch {
    return undefined
  }
}
