/** A dialect of Kysely writes the SQL that the driver of the optimizer takes. */
import { wrongClient } from '../driver/assert-client.ts'
import { assertClient } from '../orm/assert-client.ts'
import type { QueryOptimizer } from '../query-optimizer.ts'
import type { Dialect } from '../statement/index.ts'

interface Compiling {
  createQueryCompiler(): unknown
}

/** @throws ConfigError for what is no dialect, and for one of another database. */
export function assertDialect({ driver }: QueryOptimizer, dialect: Compiling): void {
  assertClient(dialect, 'dialect', 'a dialect of Kysely', ['createDriver', 'createQueryCompiler'])
  const written = dialectOf(dialect)
  if (written === undefined || written === driver.dialect) return
  const wayOut = 'Use the one for the database of `db`.'
  throw wrongClient('dialect', `one for ${driver.dialect}`, dialect, wayOut, `one for ${written}`)
}

/** A name and a value, as Kysely has them before they are SQL. */
const PROBE = {
  kind: 'RawNode',
  sqlFragments: ['', ' ', ''],
  parameters: [
    { kind: 'IdentifierNode', name: 'a' },
    { kind: 'ValueNode', value: 1 },
  ],
}
const WRITTEN: Readonly<Record<string, Dialect>> = { '"a" $1': 'postgres', '`a` ?': 'mysql', '"a" ?': 'sqlite' }

/** By how it writes names and values; `undefined` for one that writes them in a way of its own. */
function dialectOf(dialect: Compiling): Dialect | undefined {
  try {
    const compiler = dialect.createQueryCompiler() as {
      compileQuery(node: object, id: object): { readonly sql: string }
    }
    return WRITTEN[compiler.compileQuery(PROBE, {}).sql]
  } catch {
    return undefined
  }
}
