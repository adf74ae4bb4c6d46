const MAX_SHOWN = 32

/** Says in an error message what was received where something else was wanted; never the contents of an object. */
export function received(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'string') return `'${value.slice(0, MAX_SHOWN).replace(/\p{C}/gu, '\uFFFD')}'`
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'number' || typeof value === 'boolean' || value === undefined) return String(value)
  return `a ${typeof value}`
}
