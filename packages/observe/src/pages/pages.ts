/** A list that is loaded page by page: one value, so that its pages are stored, invalidated and refreshed together. Pure. */

/** What is stored of a list. */
export interface Pages<Page = unknown, Cursor = unknown> {
  /** In their order. */
  readonly pages: readonly Page[]
  /** Where each of them begins. */
  readonly cursors: readonly Cursor[]
}

/** Which end a page is added to. */
export type Direction = 'next' | 'previous'

/** Returns where the page beside one at an end of a list begins; `undefined` or `null`: there is none. */
export type NextCursor<Page, Cursor> = (end: Page, pages: Pages<Page, Cursor>) => Cursor | null | undefined

/** Where pages begin. */
export interface Turns<Page, Cursor> {
  readonly first: Cursor
  readonly next: NextCursor<Page, Cursor>
  readonly previous: NextCursor<Page, Cursor> | undefined
  readonly maxPages: number
}

/** What is stored under the key, if it is a list: another deploy, or other code, may have stored something else. */
export function pagesOf<Page, Cursor>(stored: unknown): Pages<Page, Cursor> | undefined {
  const { pages, cursors } = Object(stored) as Partial<Pages<Page, Cursor>>
  return Array.isArray(pages) && Array.isArray(cursors) ? (stored as Pages<Page, Cursor>) : undefined
}

/** Where the page before or after begins; `undefined`: there is none, as far as anybody knows. */
export function turn<Page, Cursor>(
  pages: Pages<Page, Cursor> | undefined,
  direction: Direction,
  { next, previous }: Turns<Page, Cursor>,
): Cursor | undefined {
  if (pages === undefined || pages.pages.length === 0) return undefined
  const cursor =
    direction === 'next' ? next(pages.pages.at(-1) as Page, pages) : previous?.(pages.pages[0] as Page, pages)
  return cursor ?? undefined
}

/** With one page more; beyond `maxPages` those at the other end go. */
export function withPage<Page, Cursor>(
  { pages, cursors }: Pages<Page, Cursor>,
  direction: Direction,
  added: { readonly page: Page; readonly cursor: Cursor },
  { maxPages }: Pick<Turns<Page, Cursor>, 'maxPages'>,
): Pages<Page, Cursor> {
  const { page, cursor } = added
  if (direction === 'next') {
    return { pages: [...pages, page].slice(-maxPages), cursors: [...cursors, cursor].slice(-maxPages) }
  }
  return { pages: [page, ...pages].slice(0, maxPages), cursors: [cursor, ...cursors].slice(0, maxPages) }
}

/** All pages anew, each from where the one before it ends now: what has moved meanwhile is neither missed nor there twice. */
export async function loadAll<Page, Cursor>(
  before: Pages<Page, Cursor> | undefined,
  turns: Turns<Page, Cursor>,
  load: (cursor: Cursor) => Page | Promise<Page>,
): Promise<Pages<Page, Cursor>> {
  const count = Math.max(1, before?.pages.length ?? 1)
  let cursor: Cursor | undefined = before === undefined || before.cursors.length === 0 ? turns.first : before.cursors[0]
  let pages: Pages<Page, Cursor> = { pages: [], cursors: [] }
  while (pages.pages.length < count) {
    // The first one may be `undefined` itself.
    const page: Page = await load(cursor as Cursor)
    pages = withPage(pages, 'next', { page, cursor: cursor as Cursor }, turns)
    cursor = turn(pages, 'next', turns)
    if (cursor === undefined) break
  }
  return pages
}

/** The items of all pages; of those with one id the first. */
export function itemsOf<Page, Item>(
  pages: readonly Page[],
  items: (page: Page) => readonly Item[],
  id: ((item: Item) => unknown) | undefined,
): readonly Item[] {
  const all = pages.flatMap((page) => items(page))
  if (id === undefined) return all
  const seen = new Set<unknown>()
  return all.filter((item) => {
    const itemId = id(item)
    return !seen.has(itemId) && seen.add(itemId)
  })
}
