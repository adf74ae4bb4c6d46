/** A component is rendered anew only when something changes that it has read. Pure. */

/** What was read of a snapshot, or of the ones before it. */
export type Fields = Set<PropertyKey>

/** A snapshot that notes what is read of it. */
export function tracked<Shown extends object>(shown: Shown, fields: Fields): Shown {
  return new Proxy(shown, {
    get(target, name) {
      fields.add(name)
      return Reflect.get(target, name) as unknown
    },
  })
}

/** Whether two snapshots say the same to one that reads these fields. */
export function isSameIn<Shown extends object>(fields: Fields, before: Shown, after: Shown): boolean {
  for (const name of fields) if (!Object.is(Reflect.get(before, name), Reflect.get(after, name))) return false
  return true
}
