/** Reading page by page: the next one is asked for when somebody wants it. */
import { ConfigError, HttpError } from '@hotpath/contract'
import { count } from '../../checks/quantities.ts'
import { assertFunction } from '../../call/function.ts'
import type { HttpResponse } from '../message/answer.ts'
import { isOfHttp } from '../message/target.ts'
import { linkOf } from '../rules/link.ts'

/** Where the next page is. */
export interface PagesOptions<Page> {
  /**
   * Address of the next page, relative to this one, or `undefined` after the last. Default: the `Link` field with
   * `rel="next"`.
   */
  readonly next?: ((page: Page, response: HttpResponse<Page>) => string | URL | null | undefined) | undefined
  /** No more than these. Default: all. */
  readonly maxPages?: number | undefined
}

/** @throws ConfigError for a wrong option, before anything is asked. */
export function pagesOf<Page>(
  read: (address: string | undefined) => Promise<HttpResponse<Page>>,
  options: PagesOptions<Page>,
): AsyncIterableIterator<Page> {
  const { next = nextByLink } = options
  assertFunction(next, 'next', 'next: (page) => page.nextUrl')
  return eachPage(read, next, count(options.maxPages, Number.POSITIVE_INFINITY, 'maxPages'))
}

async function* eachPage<Page>(
  read: (address: string | undefined) => Promise<HttpResponse<Page>>,
  next: NonNullable<PagesOptions<Page>['next']>,
  maxPages: number,
): AsyncIterableIterator<Page> {
  const seen = new Set<string>()
  let address: string | undefined
  for (let page = 1; page <= maxPages; page++) {
    const response = await read(address)
    seen.add(response.url)
    yield response.body
    const following = next(response.body, response)
    if (following === undefined || following === null || following === '') return
    address = addressAfter(response.url, following)
    if (seen.has(address)) throw circle(response, address)
  }
}

function nextByLink(_page: unknown, response: HttpResponse): string | undefined {
  return linkOf(response.header('link'), 'next')
}

function addressAfter(current: string, next: string | URL): string {
  const url = URL.canParse(String(next), current) ? new URL(String(next), current) : undefined
  if (url !== undefined && isOfHttp(url)) {
    url.hash = ''
    return url.href
  }
  throw new ConfigError(
    'ERR_CONFIG_OPTION',
    "`next` must be an address with http: or https:, or `undefined`. Return a path, as in '?page=2'.",
  )
}

function circle({ status, headers, body }: HttpResponse, address: string): HttpError {
  const { origin, pathname } = new URL(address)
  return new HttpError(
    'ERR_HTTP_STATUS',
    `The pages of \`${origin}${pathname}\` go in a circle: the next one was read before. Give \`pages\` a \`next\` that ends.`,
    { status, headers: Object.fromEntries(headers), body },
  )
}
