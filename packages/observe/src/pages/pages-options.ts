import {
  FRESHNESS_OPTIONS,
  type OptionTable,
  checkOptions,
  countOption,
  functionOption,
  requiredFunction,
  wrongOption,
} from '@hotpath/contract'
import type { LoadContext } from '@hotpath/core'
import { type ObserveOptions, type Plan, planOf as observedPlanOf } from '../options.ts'
import type { NextCursor, Pages, Turns } from './pages.ts'

/** What the loader of a page gets. */
export interface PageContext<Cursor> extends Pick<LoadContext, 'key' | 'signal' | 'addTags' | 'setTtl'> {
  /** Where the page begins. */
  readonly cursor: Cursor
}

/** Options of `observePages`, beside those of `observe`. `items` may be left out where a page is a list itself. */
export type PagesOptions<Page, Cursor, Item> = ListOptions<Page, Cursor, Item> & ItemsNeeded<NoInfer<Page>>

/** `items`, where a page is no list. Of a page whose type is not known, a load says so. */
export type ItemsNeeded<Page> = unknown extends Page
  ? unknown
  : [Page] extends [readonly unknown[]]
    ? unknown
    : { readonly items: (page: Page) => readonly unknown[] }

/** What there is to say of a list, beside the options of `observe`. */
export interface ListOptions<Page, Cursor, Item>
  extends Omit<ObserveOptions<Pages<Page, Cursor>>, 'select' | 'isEqual' | 'placeholder' | 'keepPrevious'> {
  /** Where the first page begins: a cursor, an offset or a number of a page; `null` where the API wants none for it. */
  readonly first: Cursor
  /** Where the page after the last one begins; `undefined` or `null`: there is none. */
  readonly next: NextCursor<Page, Cursor>
  /** Where the page before the first one begins; `undefined` or `null`: there is none. Default: there is never one. */
  readonly previous?: NextCursor<Page, Cursor> | undefined
  /** How many pages are kept; beyond them the one at the other end goes. Default 100. */
  readonly maxPages?: number | undefined
  /** The items of a page. Default: the page itself, which must be a list then. */
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
  /** @throws ConfigError `ERR_CONFIG_OPTION` for a page that is no list, where the option is missing. */
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

/**
 * The items of a page where no option says which they are. None of one that is not there.
 *
 * @throws ConfigError `ERR_CONFIG_OPTION` for a page that is something else: its list would be empty without a word.
 */
export function asList<Item>(page: unknown): readonly Item[] {
  if (Array.isArray(page)) return page as readonly Item[]
  if (page === undefined || page === null) return []
  throw wrongOption('items', 'given where a page is no list', undefined, 'Use for example `({ cities }) => cities`.')
}
