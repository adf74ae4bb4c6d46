/** What a list shows. */
import type { Snapshot } from '../snapshot.ts'
import type { Pages } from './pages.ts'

/** What there is to show of a list. An object that is replaced only when one of its members changes. */
export type PagesSnapshot<Page = unknown, Cursor = unknown, Item = unknown> = Snapshot<Pages<Page, Cursor>> &
  ListMembers<Item>

/** What the snapshot of a list has beside that of a key. */
export interface ListMembers<Item> {
  /** The items of all pages. */
  readonly items: readonly Item[]
  /** Whether there is a page after the last one. */
  readonly hasNext: boolean
  /** Whether there is a page before the first one. */
  readonly hasPrevious: boolean
  /** Whether the page after the last one is being loaded. */
  readonly isFetchingNext: boolean
  /** Whether the page before the first one is being loaded. */
  readonly isFetchingPrevious: boolean
}
