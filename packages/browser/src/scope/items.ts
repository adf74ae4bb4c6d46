/** The items of a scope in `localStorage`: placeholders and hot keys of each schema, under the names of their databases. */
import { localStorageOf } from '../placeholders/saved.ts'
import { endNoteName } from './end-note.ts'

/** Their names, without the note that the scope has ended. */
export function itemsOf(prefix: string): readonly string[] {
  const items = localStorageOf()
  if (items === undefined) return []
  const names = Array.from({ length: items.length }, (_, index) => items.key(index) ?? '')
  return names.filter((name) => name.startsWith(prefix) && name !== endNoteName(prefix))
}

export function removeItem(name: string): void {
  localStorageOf()?.removeItem(name)
}

/** Name of the item in `localStorage` with the keys that were hot; placeholders are in that of the database's name. */
export function hotItemName(name: string): string {
  return `${name}:hot`
}

/** Name of the database that an item belongs to. */
export function databaseOfItem(item: string): string {
  return item.endsWith(hotItemName('')) ? item.slice(0, -hotItemName('').length) : item
}
