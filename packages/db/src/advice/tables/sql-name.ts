import type { Dialect } from '../../statement/dialect.ts'
import { quotedName } from '../../statement/quoted-name.ts'

/** Words that are no names without quotes in some engine, out of those that tables and columns are called by. */
const RESERVED =
  /^(?:all|and|as|asc|between|by|case|check|collate|column|condition|constraint|create|cross|default|desc|describe|distinct|end|except|fetch|for|foreign|from|full|function|grant|group|groups|having|in|index|interval|into|is|join|key|keys|left|like|limit|match|natural|not|null|of|offset|on|option|or|order|outer|partition|primary|procedure|range|rank|read|references|returning|right|row|rows|select|set|system|table|then|to|trigger|union|unique|update|usage|user|using|values|when|where|window|with|write)$/

/** A name as it is written in SQL, with quotes only where it needs them. */
export function sqlName(name: string, dialect: Dialect): string {
  const isPlain = /^[a-z_][a-z0-9_]*$/.test(name) || (dialect !== 'postgres' && /^[a-z_]\w*$/i.test(name))
  return isPlain && !RESERVED.test(name.toLowerCase()) ? name : quotedName(name, dialect)
}
