const MAX_SHOWN = 32

/** Says in an error message what was received where something else was wanted: short, on one line, never an object's contents. */
export function received(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'bigint':
      return `${shown(String(value))}n`
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? 'an array' : 'an object'
    default:
      return `a ${typeof value}`
  }
}

function quoted(text: string): string {
  // Messages end up in logs: line breaks and the like must not forge a line there.
  return `'${shown(text).replace(/\p{C}/gu, '\uFFFD')}'`
}

function shown(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`
}
