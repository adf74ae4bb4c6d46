/** Statements by which a program begins and ends transactions and savepoints itself: ORMs send them as SQL. */
import type { Isolation, TransactionOptions } from '../query-optimizer.ts'

/** What such a statement asks for. */
export type Control =
  | { readonly type: 'begin'; readonly options: TransactionOptions }
  /** MySQL: of the transaction that begins next. */
  | { readonly type: 'next'; readonly options: TransactionOptions }
  | { readonly type: 'commit' | 'rollback' }
  | { readonly type: 'savepoint' | 'rollback-to' | 'release'; readonly name: string }

const CONTROL =
  /^\s*(?:begin|start\s+transaction|set\s+transaction|commit|end|rollback|abort|savepoint|release)\b(.*?)[\s;]*$/is

/** What has more to it: other statements, a block of MariaDB, a transaction that begins at once, one in two phases. */
const MORE = /;|\bnot\s+atomic\b|\band\s+chain\b|\bprepared\b/i

/** What a statement asks for; `undefined` for one that is no such statement, or asks for more than that. */
export function controlOf(sql: string): Control | undefined {
  const words = CONTROL.exec(sql)?.[0]
    .trim()
    .replace(/[\s;]+$/, '')
  if (words === undefined || MORE.test(words)) return undefined
  const [, verb = ''] = /^(begin|start|set|commit|end|rollback|abort|savepoint|release)/i.exec(words) ?? []
  switch (verb.toLowerCase()) {
    case 'begin':
    case 'start':
      return { type: 'begin', options: optionsOf(words) }
    case 'set':
      return { type: 'next', options: optionsOf(words) }
    case 'savepoint':
      return { type: 'savepoint', name: nameIn(words) }
    case 'release':
      return { type: 'release', name: nameIn(words) }
    case 'rollback':
    case 'abort':
      return /\bto\b/i.test(words) ? { type: 'rollback-to', name: nameIn(words) } : { type: 'rollback' }
    default:
      return { type: 'commit' }
  }
}

function optionsOf(words: string): TransactionOptions {
  const [, level] =
    /\bisolation\s+level\s+(read\s+(?:un)?committed|repeatable\s+read|serializable)\b/i.exec(words) ?? []
  return {
    isolation: level?.toLowerCase().replaceAll(/\s+/g, ' ') as Isolation | undefined,
    readOnly: /\bread\s+only\b/i.test(words) ? true : undefined,
  }
}

/** The last word, as databases compare it. */
function nameIn(words: string): string {
  const [name = ''] = /(?:"[^"]*"|`[^`]*`|\S+)$/.exec(words) ?? []
  return /^["`]/.test(name) ? name.slice(1, -1) : name.toLowerCase()
}
