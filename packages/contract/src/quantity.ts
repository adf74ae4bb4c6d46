import { ConfigError, type ErrorCode } from './errors.ts'
import { type QuantityProblem, quantityMessage } from './messages.ts'

/** A kind of number with a unit, as options are written. */
export interface QuantityKind {
  readonly code: ErrorCode
  /** How much of the base each unit is, ascending. */
  readonly units: Readonly<Record<string, number>>
}

const QUANTITY = /^(-?\d+(?:\.\d+)?)([a-z]*)$/i

/**
 * Reads a quantity as an integer of its base, or `Infinity`. Fractions are rounded, but never to zero: that usually
 * means something of its own (do not store), and nothing small should turn into it.
 */
export function readQuantity(value: unknown, option: string, kind: QuantityKind): number {
  const wrong = (problem: QuantityProblem): ConfigError =>
    new ConfigError(kind.code, quantityMessage(option, problem, value, kind), { context: { option } })

  const [, digits = '', unit = ''] = (typeof value === 'string' && QUANTITY.exec(value)) || []
  if (digits !== '' && !Object.hasOwn(kind.units, unit)) throw wrong(unit === '' ? 'no unit' : 'unknown unit')

  const amount = digits === '' ? value : Number(digits) * (kind.units[unit] as number)
  if (typeof amount !== 'number' || Number.isNaN(amount)) throw wrong('no number')
  if (amount < 0) throw wrong('negative')
  if (amount > Number.MAX_SAFE_INTEGER && amount < Number.POSITIVE_INFINITY) throw wrong('too large')
  return amount > 0 ? Math.max(1, Math.round(amount)) : 0
}
