/**
 * Whose requests share a batch, and which field of their headers goes where.
 *
 * Any field may be a credential: an API key has whatever name its server chose. So only those that are known to say what
 * one request wants stand with it in the batch; all others say who asks, go in the header of the batch itself, and
 * requests that differ in them never share one.
 */
import type { TransportRequest } from '../transport/transport.ts'

type Headers = TransportRequest['headers']

/** Fields that say what one request wants. */
const OF_ONE = /^(?:accept(?:-.+)?|cache-control|content-.+|if-.+|pragma|range)$/
/** Those of them that would mean something else of the batch: it has a body of its own, and is to be answered whole. */
const NEVER_OF_ALL = /^(?:accept|content-.+|if-.+|range)$/

/** The requests, those of one asker together. */
export function byAsker(requests: readonly TransportRequest[]): Iterable<readonly TransportRequest[]> {
  const groups = new Map<string, TransportRequest[]>()
  for (const request of requests) {
    const asker = JSON.stringify(fieldsOf(request.headers, (name) => !OF_ONE.test(name)))
    const group = groups.get(asker)
    if (group === undefined) groups.set(asker, [request])
    else group.push(request)
  }
  return groups.values()
}

/** The header of a batch: who asks, and what all of its requests want. */
export function headersOfAll([first, ...others]: readonly TransportRequest[]): Headers {
  const isShared = (name: string, value: string): boolean =>
    !NEVER_OF_ALL.test(name) && others.every(({ headers }) => headers[name] === value)
  return {
    ...Object.fromEntries(fieldsOf(first?.headers ?? {}, isShared)),
    accept: 'application/json',
    'content-type': 'application/json',
  }
}

/** The header of one request within a batch. */
export function headersOfOne(headers: Headers): Headers {
  return Object.fromEntries(fieldsOf(headers, (name) => OF_ONE.test(name)))
}

/** Sorted, so that the order in which somebody named them makes no difference. */
function fieldsOf(headers: Headers, isWanted: (name: string, value: string) => boolean): (readonly [string, string])[] {
  const fields = Object.keys(headers)
    .sort()
    .map((name) => [name, headers[name] ?? ''] as const)
  return fields.filter(([name, value]) => isWanted(name, value))
}
