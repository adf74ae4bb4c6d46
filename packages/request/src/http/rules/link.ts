import { HeaderReader } from './header-reader.ts'

/** The target of the first link with a relation (the Link field, RFC 8288, section 3); not resolved against a base. */
export function linkOf(field: string | undefined, relation: string): string | undefined {
  const reader = new HeaderReader(field ?? '')
  while (reader.through('<') !== undefined) {
    const target = reader.through('>')
    if (target === undefined) return undefined
    let relations: string | undefined
    while (reader.accepts(';')) {
      const name = reader.name()
      const { value, isWhole } = reader.accepts('=') ? reader.value() : { value: '', isWhole: true }
      if (!isWhole) return undefined
      // Of several `rel` of one link the first counts.
      if (name === 'rel') relations ??= value
    }
    if (relations?.toLowerCase().split(/\s+/).includes(relation) === true) return target
  }
  return undefined
}
