/** What a server sends of its invalidation log, whatever carries it: one JSON object for each message. */
import type { Scope, Strength, Token } from '@hotpath/contract'

/** A message of a server. A change of `changes` of `@hotpath/core/changes` is one. */
export type ServerMessage =
  | {
      /** Something was invalidated on the server. */
      readonly type: 'invalidated'
      /** What it is about. Keys and prefixes are encoded. */
      readonly scope: Scope
      /** Gone, or stale. */
      readonly strength: Strength
      /** Of a soft one: after how many milliseconds what is still stale is gone. */
      readonly forMs?: number | undefined
      /** Where the server's log has it. */
      readonly token: Token
    }
  | {
      /** Records were lost: anything may have been invalidated. */
      readonly type: 'gap'
      /** Where the records go on. */
      readonly token: Token
    }
  | {
      /** The connection is alive, and everything up to the token was sent. */
      readonly type: 'alive'
      /** Where the server's log is. */
      readonly token: Token
    }

const NAMED_SCOPES = ['key', 'tag', 'prefix', 'pattern']

/**
 * Reads what a source delivers: the JSON of a message, or the message itself. `undefined` for messages of others, which may
 * share a socket. An invalidation that cannot be understood is read as the most that it can mean.
 */
export function readMessage(data: unknown): ServerMessage | undefined {
  const message = Object(typeof data === 'string' ? parsed(data) : data) as Record<string, unknown>
  const { type, scope, strength, forMs, token } = message
  if (typeof token !== 'string') return undefined
  const at = token as Token
  if (type === 'gap' || type === 'alive') return { type, token: at }
  if (type !== 'invalidated') return undefined
  if (!isScope(scope)) return { type, scope: { type: 'all' }, strength: 'hard', token: at }
  if (strength !== 'soft') return { type, scope, strength: 'hard', token: at }
  return { type, scope, strength, ...(typeof forMs === 'number' && forMs >= 0 && { forMs }), token: at }
}

function isScope(value: unknown): value is Scope {
  const scope = Object(value) as Record<string, unknown>
  const type = String(scope['type'])
  return type === 'all' || (NAMED_SCOPES.includes(type) && typeof scope[type] === 'string')
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
