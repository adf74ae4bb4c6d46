import { wrongOption } from '@hotpath/contract'

/** @throws ConfigError for what is no list of names. */
export function assertFields(fields: unknown): asserts fields is readonly string[] {
  const isList =
    Array.isArray(fields) && fields.length > 0 && fields.every((name) => typeof name === 'string' && name !== '')
  if (!isList)
    throw wrongOption('fields', 'a list of names', fields, "Use for example ['id', 'name'], or leave it out.")
}

/** An object with these members alone, or a list of such objects; anything else as it is. */
export function pick(value: unknown, fields: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => pick(item, fields))
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  const from = value as Readonly<Record<string, unknown>>
  return Object.fromEntries(fields.filter((name) => Object.hasOwn(from, name)).map((name) => [name, from[name]]))
}
