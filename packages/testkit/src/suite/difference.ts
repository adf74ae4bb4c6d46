/**
 * Compares by type and content, across realms: what matters is that a Date is still a Date, not whose Date it is.
 * Object members may come in any order, those of Map and Set may not.
 *
 * @returns the first difference, as `.path: expected …, received …`.
 */
export function differenceOf(actual: unknown, expected: unknown): string | undefined {
  if (Object.is(actual, expected)) return undefined
  if (!isObject(actual) || !isObject(expected) || typeOf(actual) !== typeOf(expected)) {
    return `: expected ${show(expected)}, received ${show(actual)}`
  }
  const [actualParts, expectedParts] = [partsOf(actual), partsOf(expected)]
  for (const [path, part] of expectedParts) {
    if (!actualParts.has(path)) return `.${path}: expected ${show(part)}, received nothing`
    const difference = differenceOf(actualParts.get(path), part)
    if (difference !== undefined) return `.${path}${difference}`
  }
  const extra = [...actualParts.keys()].find((path) => !expectedParts.has(path))
  return extra === undefined ? undefined : `.${extra}: expected nothing, received ${show(actualParts.get(extra))}`
}

function partsOf(value: object): Map<string, unknown> {
  if (isType(value, 'Date')) return new Map([['time', value.getTime()]])
  if (isType(value, 'RegExp')) return new Map([['source', String(value)]])
  if (isType(value, 'URL')) return new Map([['href', value.href]])
  if (isType(value, 'Error')) return new Map(Object.entries({ name: value.name, message: value.message }))
  if (isType(value, 'Map') || isType(value, 'Set')) return new Map(Object.entries([...value]))
  return new Map(Object.entries(value))
}

interface Types {
  Date: Date
  RegExp: RegExp
  URL: URL
  Error: Error
  Map: Map<unknown, unknown>
  Set: Set<unknown>
}

// `instanceof` fails for what another realm has made, as test runners with sandboxes do.
function isType<Name extends keyof Types>(value: object, name: Name): value is Types[Name] {
  return Object.prototype.toString.call(value) === `[object ${name}]`
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function typeOf(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { readonly constructor?: { readonly name?: string } } | null
  return prototype?.constructor?.name ?? 'Object'
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  if (typeof value === 'bigint') return `${value}n`
  if (Object.is(value, -0)) return '-0'
  return isObject(value) ? `a ${typeOf(value)}` : String(value)
}
