import { randomBytes } from 'node:crypto'

/** An epoch for a log that begins anew. Eight characters: six bytes in the header of every entry. */
export function newEpoch(): string {
  return randomBytes(6).toString('base64url')
}
