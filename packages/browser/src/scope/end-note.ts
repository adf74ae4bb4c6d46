/** The note in `localStorage` that a scope has ended: another one each time, so that no clock decides what came first. */
import { localStorageOf } from '../placeholders/saved.ts'

/** Name of the item. */
export function endNoteName(prefix: string): string {
  return `${prefix}ended`
}

/** `undefined`: it has never ended, as far as anybody knows. */
export function readEndNote(prefix: string): string | undefined {
  try {
    return localStorageOf()?.getItem(endNoteName(prefix)) ?? undefined
  } catch {
    return undefined
  }
}

/** Never throws: there may be no room for it. */
export function leaveEndNote(prefix: string): void {
  try {
    localStorageOf()?.setItem(endNoteName(prefix), globalThis.crypto.getRandomValues(new Uint32Array(2)).join('-'))
  } catch {
    // Tabs that sleep do not hear of it.
  }
}
