/** What the server shows to us: about what we have no privilege for, `information_schema` is silent. */
import { type Ask, text } from './ask.ts'

/** Whether a privilege is held for a table, or for all of a schema. */
export type Shown = (of: { readonly schema: string; readonly name?: string }) => boolean

/** Reads the grants of one privilege. Those of roles are not looked into. */
export async function grantsOf(ask: Ask, privilege: string): Promise<Shown> {
  const granted = new Set<string>()
  const holds = new RegExp(String.raw`\b${privilege}\b|^ALL PRIVILEGES`)
  for (const [grant] of await ask('show grants')) {
    const [, privileges = '', scope = ''] = /^GRANT (.+?) ON (\S+) TO /.exec(text(grant)) ?? []
    if (holds.test(privileges)) granted.add(scope.replaceAll(/[`\\]/g, '').toLowerCase())
  }
  return ({ schema, name }) => ['*.*', `${schema}.*`, `${schema}.${name}`].some((scope) => granted.has(scope))
}
