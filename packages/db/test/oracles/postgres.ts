/** PostgreSQL's own parser: which tables a statement names, from its syntax tree. */
import { loadModule, parseSync } from 'libpg-query'

/** Tables as `schema.name` or `name`. */
export interface NamedTables {
  readonly reads: ReadonlySet<string>
  readonly writes: ReadonlySet<string>
}

/** Names of `with` that are in sight. */
interface Scope {
  readonly names: ReadonlySet<string>
  readonly outer: Scope | undefined
}

type Node = Readonly<Record<string, unknown>>

const CHANGES = ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']
const QUERIES = ['SelectStmt', ...CHANGES]

/** Loads the parser; once before `parseTables`. */
export async function loadParser(): Promise<void> {
  await loadModule()
}

/** The tables of each statement; `undefined` where the text is not SQL. */
export function parseTables(sql: string): (NamedTables & { readonly type: string })[] | undefined {
  let parsed: Node
  try {
    parsed = parseSync(sql) as unknown as Node
  } catch {
    return undefined
  }
  return ((parsed['stmts'] as { readonly stmt?: Node }[]) ?? []).flatMap(({ stmt }) => {
    const type = Object.keys(stmt ?? {})[0]
    if (type === undefined) return []
    const found = { reads: new Set<string>(), writes: new Set<string>() }
    if (isAboutNoTable(stmt?.[type] as Node)) return [{ ...found, type }]
    addNames(type, stmt?.[type] as Node, found)
    visit(stmt, undefined, QUERIES.includes(type) ? 'read' : 'write', found)
    return [{ ...found, type }]
  })
}

/** Whether it defines a type or an index, which the tree has in the place of a table. */
function isAboutNoTable(statement: Node): boolean {
  const kind = statement['objtype'] ?? statement['renameType'] ?? statement['kind']
  return (
    'typevar' in statement ||
    (/^(?:OBJECT|REINDEX_OBJECT)_(?:INDEX|TYPE)$/.test(String(kind)) && !('objects' in statement))
  )
}

/** Adds tables that the tree has as bare names: those that are dropped, and the new names of others. */
function addNames(type: string, statement: Node, found: Found): void {
  const kind = String(statement['removeType'] ?? statement['renameType'])
  if (!/^OBJECT_(?:TABLE|VIEW|MATVIEW|SEQUENCE|FOREIGN_TABLE|TRIGGER|RULE|POLICY)$/.test(kind)) return
  if (type === 'RenameStmt' && /^OBJECT_(?:TABLE|VIEW|MATVIEW|SEQUENCE)$/.test(kind))
    found.writes.add(String(statement['newname']))
  if (type !== 'DropStmt') return
  for (const object of statement['objects'] as {
    readonly List: { readonly items: readonly { readonly String: { readonly sval: string } }[] }
  }[]) {
    const names = object.List.items.map((item) => item.String.sval)
    // The name of a trigger comes after its table.
    if (/TRIGGER|RULE|POLICY/.test(kind)) names.pop()
    if (names.length > 0) found.writes.add(names.slice(-2).join('.'))
  }
}

type Found = { readonly reads: Set<string>; readonly writes: Set<string> }
type Access = 'read' | 'write'

function visit(node: unknown, scope: Scope | undefined, access: Access, found: Found): void {
  if (Array.isArray(node)) {
    for (const one of node) visit(one, scope, access, found)
    return
  }
  if (typeof node !== 'object' || node === null) return
  const fields = node as Node
  if (typeof fields['relname'] === 'string' && 'relpersistence' in fields) {
    const schema = fields['schemaname'] as string | undefined
    const name = fields['relname']
    if (access === 'read' && schema === undefined && isInSight(name, scope)) return
    found[access === 'read' ? 'reads' : 'writes'].add(schema === undefined ? name : `${schema}.${name}`)
    return
  }
  for (const [key, value] of Object.entries(fields)) {
    if (QUERIES.includes(key) || key === 'larg' || key === 'rarg')
      visitQuery(value as Node, scope, CHANGES.includes(key), found)
    else if (key === 'CopyStmt') visitCopy(value as Node, scope, found)
    else if (key === 'LockStmt' || key === 'VacuumStmt' || key === 'ClusterStmt' || key === 'ReindexStmt')
      visit(value, scope, 'read', found)
    else visit(value, scope, access, found)
  }
}

function visitQuery(query: Node, outer: Scope | undefined, isChange: boolean, found: Found): void {
  const withClause = query['withClause'] as
    | { readonly ctes?: readonly Node[]; readonly recursive?: boolean }
    | undefined
  let scope = outer
  const bodies = (withClause?.ctes ?? []).map((cte) => cte['CommonTableExpr'] as Node)
  if (withClause?.recursive === true) {
    scope = { names: new Set(bodies.map((body) => String(body['ctename']))), outer }
    for (const body of bodies) visit(body['ctequery'], scope, 'read', found)
  } else {
    for (const body of bodies) {
      visit(body['ctequery'], scope, 'read', found)
      scope = { names: new Set([String(body['ctename'])]), outer: scope }
    }
  }
  for (const [key, value] of Object.entries(query)) {
    // `for update of` has aliases in the place of tables.
    if (key === 'withClause' || key === 'lockingClause') continue
    if (isChange && key === 'relation') visit(value, scope, 'write', found)
    else if (key === 'intoClause') visit(value, scope, 'write', found)
    else visit({ [key]: value }, scope, 'read', found)
  }
}

function visitCopy(copy: Node, scope: Scope | undefined, found: Found): void {
  for (const [key, value] of Object.entries(copy))
    visit(value, scope, key === 'relation' && copy['is_from'] === true ? 'write' : 'read', found)
}

function isInSight(name: string, scope: Scope | undefined): boolean {
  for (let one = scope; one !== undefined; one = one.outer) if (one.names.has(name)) return true
  return false
}
