/**
 * What errors say about options. Nothing but words, and in a module of its own so that a build for production can have
 * another in its place that says less.
 */
import { isPromise } from './is-promise.ts'
import { nearestName } from './nearest-name.ts'
import { received } from './received.ts'

/** The message of an error. */
export function messageOf(_code: string, _context: object | undefined, message: string): string {
  return message
}

/** An option that is something else than it must be. */
export function mustBe(
  option: string,
  rule: string,
  value: unknown,
  wayOut: string,
  seen: string = received(value),
): string {
  // Where a function is wanted, awaiting the promise would lead to what is refused next.
  const advice = isPromise(value) && rule !== 'a function' ? '`await` it first.' : wayOut
  return `\`${option}\` must be ${rule}, received ${seen}. ${advice}`
}

/** What messages call a quantity, what a number without a unit counts, and a string to learn from. */
const QUANTITIES: Readonly<Record<string, readonly [name: string, base: string, example: string]>> = {
  ERR_CONFIG_DURATION: ['a duration', 'milliseconds', '5m'],
  ERR_CONFIG_BYTES: ['an amount of memory', 'bytes', '64mb'],
}

/** What can be wrong with a quantity. */
export type QuantityProblem = 'no unit' | 'unknown unit' | 'no number' | 'negative' | 'too large'

/** A quantity that cannot be read. */
export function quantityMessage(
  option: string,
  problem: QuantityProblem,
  value: unknown,
  kind: { readonly code: string; readonly units: object },
): string {
  const [name, base, example] = QUANTITIES[kind.code] ?? ['a quantity', 'units', '1']
  const units = Object.keys(kind.units).join(', ')
  const [rule, wayOut] = {
    'no unit': ['have a unit', `Use one of ${units}, as in '${example}'.`],
    'unknown unit': [`have a unit of ${units}`, `Write '${example}'.`],
    'no number': [`be ${name}`, `Use a number of ${base}, a string such as '${example}', or \`Infinity\`.`],
    negative: ['not be negative', `Use for example '${example}'.`],
    'too large': [`be a safe integer of ${base}`, 'Use `Infinity` for no limit.'],
  }[problem] as [string, string]
  return `\`${option}\` must ${rule}, received ${received(value)}. ${wayOut}`
}

/** What a function knows of its options; a string is an example of one that it needs. */
type Tables = readonly Readonly<Record<string, unknown>>[]

/** The way out of a name that is not known: the nearest one that is, else those that are needed, else all of them. */
export function adviceOnName(name: string, given: object, tables: Tables): string {
  const known = namesOf(tables)
  const nearest = nearestName(name, known)
  const needed = examplesOf(tables)
  if (needed.length > 0 && isInstead(given, nearest !== undefined, known)) return ` ${passExamples(needed)}`
  if (nearest !== undefined) return ` Did you mean \`${nearest}\`?`
  return known.length === 0 ? ' It takes none.' : ` Use one of ${known.map((one) => `\`${one}\``).join(', ')}.`
}

/** What could have been meant by something that is no object of options. */
export function adviceOnOptions(given: unknown, tables: Tables): string {
  const needed = examplesOf(tables)
  if (needed.length > 0) return passExamples(needed)
  const known = namesOf(tables)
  if (typeof given === 'function' && known.includes('refresh')) {
    return 'The loader comes before the options: `(key, loader, options)`.'
  }
  if (typeof given === 'function' && known.includes('select')) {
    return 'Write `{ select: (city) => city.name }` to show a part of the value.'
  }
  if (known.includes('ttl')) {
    if (typeof given === 'number') return `Write \`{ ttl: ${given > 0 ? given : 1_000} }\`, in milliseconds.`
    if (typeof given === 'string') return `Write \`{ ttl: ${DURATION.test(given) ? received(given) : "'5m'"} }\`.`
  }
  if (Array.isArray(given) && known.includes('tags')) return "Write `{ tags: ['country:DE'] }` for tags."
  return 'Leave them out for the defaults.'
}

function namesOf(tables: Tables): string[] {
  return tables.flatMap((table) => Object.keys(table))
}

/** `client: new Redis()` for each option that is needed. */
function examplesOf(tables: Tables): string[] {
  const options = tables.flatMap((table) => Object.entries(table))
  return options.flatMap(([name, check]) => (typeof check === 'string' ? [`${name}: ${check}`] : []))
}

function passExamples(examples: readonly string[]): string {
  return `Pass \`{ ${examples.join(', ')} }\`.`
}

/** Whether this is a client, a pool or a cache in the place of options: what its members are called says nothing. */
function isInstead(given: object, hasNearest: boolean, known: readonly string[]): boolean {
  const prototype: unknown = Object.getPrototypeOf(given)
  const isLiteral = prototype === null || Object.getPrototypeOf(prototype) === null
  const knowsAny = Object.keys(given).some((name) => known.includes(name))
  return hasNearest ? !isLiteral && !knowsAny : !isLiteral || !knowsAny
}

const DURATION = /^\d+(\.\d+)?(ms|s|m|h|d)$/
