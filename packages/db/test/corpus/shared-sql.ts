/** SQL that others have written, from a folder beside the repository that is not part of it. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { scanSync } from 'libpg-query'
import { root } from '../../../../scripts/workspace.ts'

const folder = join(root, '../shared/data/sql')

/** Why tests that need these files are skipped; `undefined`: they are there. */
export const noSharedSql: string | undefined = existsSync(folder) ? undefined : 'there is no ../shared/data/sql'

/** A statement and where it is from. */
export interface Sample {
  readonly file: string
  readonly sql: string
}

/** All statements of PostgreSQL's regression suite and of TPC-H that are there. */
export function sharedStatements(): Sample[] {
  return globSync(['**/*.sql'], { cwd: folder })
    .sort()
    .flatMap((file) =>
      [...split(readFileSync(join(folder, file), 'utf8'))].map((sql) => ({ file: basename(file), sql })),
    )
}

/** Statements of a script for psql, without its commands and the data of `copy`. */
function* split(script: string): Generator<string> {
  let statement = ''
  let isData = false
  for (const line of script.split('\n')) {
    if (isData) {
      isData = line !== '\\.'
      continue
    }
    if (/^\s*\\/.test(line)) {
      statement = ''
      continue
    }
    statement += `${line}\n`
    if (!line.includes(';') || !isWhole(statement)) continue
    yield statement
    isData = /^\s*copy\b.*\bfrom\s+stdin/i.test(statement)
    statement = ''
  }
}

function isWhole(text: string): boolean {
  try {
    const { tokens } = scanSync(text)
    const code = tokens.filter(({ tokenName }) => !tokenName.includes('COMMENT'))
    let depth = 0
    for (const { text } of code) depth += text === '(' ? 1 : text === ')' ? -1 : 0
    return (
      code.at(-1)?.text === ';' && depth <= 0 && !(/\bbegin\s+atomic\b/i.test(text) && !/\bend\s*;\s*$/i.test(text))
    )
  } catch {
    return false
  }
}
