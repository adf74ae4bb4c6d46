import { ConfigError, type ErrorCode } from './errors.ts'
import { received } from './received.ts'

/** A kind of number with a unit, as options are written. */
export interface QuantityKind {
  readonly code: ErrorCode
  /** What messages call it, with its article. */
  readonly name: string
  /** What a number without a unit counts. */
  readonly base: string
  /** How much of the base each unit is, ascending. */
  readonly units: Readonly<Record<string, number>>
  /** A string to learn from. */
  readonly example: string
}

const QUANTITY = /^(-?\d+(?:\.\d+)?)([a-z]*)$/i

/**
 * Reads a quantity as an integer of its base, or `Infinity`. Fractions are rounded, but never to zero: that usually
 * means something of its own (do not store), and nothing small should turn into it.
 */
export function readQuantity(value: unknown, option: string, kind: QuantityKind): number {
  const refuse = (rule: string, wayOut: string): never => {
    throw new ConfigError(kind.code, `\`${option}\` must ${rule}, received ${received(value)}. ${wayOut}`, {
      context: { option },
    })
  }

  const [, digits = '', unit = ''] = (typeof value === 'string' && QUANTITY.exec(value)) || []
  const unitNames = Object.keys(kind.units).join(', ')
  if (digits !== '' && unit === '') return refuse('have a unit', `Use one of ${unitNames}, as in '${kind.example}'.`)
  if (digits !== '' && !Object.hasOwn(kind.units, unit)) {
    return refuse(`have a unit of ${unitNames}`, `Write '${kind.example}'.`)
  }

  const amount = digits === '' ? value : Number(digits) * (kind.units[unit] as number)
  if (typeof amount !== 'number' || Number.isNaN(amount)) {
    return refuse(
      `be ${kind.name}`,
      `Use a number of ${kind.base}, a string such as '${kind.example}', or \`Infinity\`.`,
    )
  }
  if (amount < 0) return refuse('not be negative', `Use for example '${kind.example}'.`)
  if (amount > Number.MAX_SAFE_INTEGER && amount < Number.POSITIVE_INFINITY) {
    return refuse(`be a safe integer of ${kind.base}`, 'Use `Infinity` for no limit.')
  }
  return amount > 0 ? Math.max(1, Math.round(amount)) : 0
}
