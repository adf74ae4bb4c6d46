import {
  FRESHNESS_OPTIONS,
  type OptionTable,
  checkOptions,
  countOption,
  functionOption,
  requiredFunction,
} from '@hotpath/contract'
import type { LoadContext } from '@hotpath/core'
import { type ObserveOptions, type Plan, planOf as observedPlanOf } from '../options.ts'
import type { NextCursor, Pages, Turns } from './pages.ts'

/** What the loader of a page gets. */
export interface PageContext<Cursor> extends Pick<LoadContext, 'key' | 'signal' | 'addTags' | 'setTtl'> {
  /** Where the page begins. */
  readonly cursor: Cursor
}

/** Options of `observePages`, beside those of `observe`. */
export interface PagesOptions<Page, Cursor, Item>
  extends Omit<ObserveOptions<Pages<Page, Cursor>>, 'select' | 'isEqual' | 'placeholder' | 'keepPrevious'> {
  /** Where the first page begins: a cursor, an offset or a number of a page; `null` where the API wants none for it. */
  readonly first: Cursor
  /** Where the page after the last one begins; `undefined` or `null`: there is none. */
  readonly next: NextCursor<Page, Cursor>
  /** Where the page before the first one begins; `undefined` or `null`: there is none. Default: there is never one. */
  readonly previous?: NextCursor<Page, Cursor> | undefined
  /** How many pages are kept; beyond them the one at the other end goes. Default 100. */
  readonly maxPages?: number | undefined
  /** The items of a page. Default: the page itself, if it is a list. */
  readonly items?: ((page: Page) => readonly Item[]) | undefined
  /** What tells items apart: of two with the same id the first is shown, such as when one has moved from page to page. */
  readonly id?: ((item: Item) => unknown) | undefined
}

type OwnOption = Exclude<keyof PagesOptions<unknown, unknown, unknown>, keyof typeof FRESHNESS_OPTIONS>

const OPTIONS: OptionTable<OwnOption> = {
  first: '0',
  next: '(last) => last.nextCursor',
  previous: functionOption,
  maxPages: countOption,
  items: functionOption,
  id: functionOption,
  // Those of `observe`, which looks at them again.
  tags: true,
  judgedBy: true,
  enabled: true,
  refetchOn: true,
  structuralSharing: true,
}

/** How a list is loaded and shown. */
export interface PagesPlan<Page, Cursor, Item> {
  readonly load: (context: PageContext<Cursor>) => Page | Promise<Page>
  readonly turns: Turns<Page, Cursor>
  readonly items: (page: Page) => readonly Item[]
  readonly id: ((item: Item) => unknown) | undefined
  readonly observed: Plan
}

/** @throws ConfigError for a wrong option. */
export function planOf<Page, Cursor, Item>(
  load: PagesPlan<Page, Cursor, Item>['load'],
  options: PagesOptions<Page, Cursor, Item>,
): PagesPlan<Page, Cursor, Item> {
  requiredFunction(load, 'load', '({ cursor, signal }) => fetchCities(cursor, signal)')
  checkOptions(options, 'observePages', FRESHNESS_OPTIONS, OPTIONS)
  const { first, next, previous, maxPages = 100, items = asList, id, ...rest } = options
  requiredFunction(next, 'next', '(last) => last.nextCursor')
  return { load, turns: { first, next, previous, maxPages }, items, id, observed: observedPlanOf(rest) }
}

function asList<Item>(page: unknown): readonly Item[] {
  return Array.isArray(page) ? page : []
}
