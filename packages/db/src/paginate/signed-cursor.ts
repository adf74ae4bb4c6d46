/** Positions as strings that clients hand back: signed, so that nobody makes one up, and bound to their query. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { DatabaseError } from '@hotpath/contract'

const SIGNATURE_BYTES = 16

/** What signs cursors. */
export type CursorSecret = string | Uint8Array

/** Makes a cursor of the values of a row in the columns of the order. */
export function cursorOf(values: readonly unknown[], query: string, secret: CursorSecret): string {
  const payload = Buffer.from(JSON.stringify(values.map(packed))).toString('base64url')
  return `${payload}.${signatureOf(payload, query, secret).toString('base64url')}`
}

/** @throws DatabaseError `ERR_DB_CURSOR` for one that was changed, or made for another query or by another secret. */
export function positionOf(
  { option, cursor }: { readonly option: 'after' | 'before'; readonly cursor: string },
  query: string,
  secret: CursorSecret,
): unknown[] {
  const [payload = '', signature = '', ...rest] = typeof cursor === 'string' ? cursor.split('.') : []
  const given = Buffer.from(signature, 'base64url')
  const isOurs =
    rest.length === 0 && given.length === SIGNATURE_BYTES && timingSafeEqual(given, signatureOf(payload, query, secret))
  if (!isOurs) throw cursorError(option)
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown[]).map(unpacked)
}

function signatureOf(payload: string, query: string, secret: CursorSecret): Buffer {
  return createHmac('sha256', secret).update(`${query}\n${payload}`).digest().subarray(0, SIGNATURE_BYTES)
}

/** What JSON has no form for. */
function packed(value: unknown): unknown {
  if (typeof value === 'bigint') return { n: String(value) }
  if (typeof value === 'number' && !Number.isFinite(value)) return { f: String(value) }
  return value instanceof Uint8Array ? { b: Buffer.from(value).toString('base64') } : value
}

function unpacked(value: unknown): unknown {
  const { n, f, b } = (value ?? {}) as { readonly n?: string; readonly f?: string; readonly b?: string }
  if (n !== undefined) return BigInt(n)
  if (f !== undefined) return Number(f)
  return b === undefined ? value : Buffer.from(b, 'base64')
}

function cursorError(option: string): DatabaseError {
  return new DatabaseError(
    'ERR_DB_CURSOR',
    `\`${option}\` is no cursor of this query: it was changed, or made for another statement, order or secret. Leave it out for the first page.`,
    { context: { option } },
  )
}
