/** What to do about an error of SQLite, by its result code. */
const WAYS: Readonly<Record<number, string>> = {
  5: 'Another process has held the lock for too long. Look for long transactions of other programs on this file.',
  8: 'The file cannot be written to. Give this user the right to write the file and its folder.',
  10: 'Reading or writing the file failed. Look at the disk.',
  11: 'The file is damaged. Stop the processes that use it and delete it: it is only a cache.',
  13: 'The disk is full. Make room, or lower `maxBytes`.',
  14: 'The file cannot be opened. Create its folder, and give this user the right to write there.',
  26: 'The file is no SQLite database. Choose another `path`, or delete the file.',
}
const BUSY = 5

/** A sentence to add, or nothing. */
export function adviceOn(cause: unknown): string {
  const way = WAYS[codeOf(cause)]
  return way === undefined ? '' : ` ${way}`
}

/** Whether somebody else holds the lock, so that to try again is the thing to do. */
export function isBusy(cause: unknown): boolean {
  return codeOf(cause) === BUSY
}

function codeOf(cause: unknown): number {
  const { errcode } = (cause ?? {}) as { readonly errcode?: unknown }
  // The upper bits say more than is needed.
  return typeof errcode === 'number' ? errcode & 0xff : 0
}
