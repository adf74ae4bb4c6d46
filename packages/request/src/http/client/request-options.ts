/** What a call of a client may say: the names, and the checks that are not where an option is used. */
import { type OptionTable, booleanOption, checkOptions, received, signalOption, wrongOption } from '@hotpath/contract'
import type { RequestOptions } from './client-types.ts'
import type { PagesOptions } from './pages.ts'

const REDIRECTS = ['follow', 'error', 'manual']

const REQUEST_OPTIONS: OptionTable<keyof RequestOptions> = {
  params: objectOption,
  query: objectOption,
  headers: true,
  body: true,
  as: true,
  fields: true,
  signal: signalOption,
  timeout: true,
  retry: true,
  cache: cacheOption,
  ttl: true,
  tags: true,
  keys: listOption,
  idempotencyKey: keyOption,
  redirect: redirectOption,
}
const FETCH_OPTIONS: OptionTable<'method'> = { method: true }
const PAGES_OPTIONS: OptionTable<keyof PagesOptions<unknown>> = { next: true, maxPages: true }

/** @throws ConfigError naming the option. */
export function checkRequestOptions(options: RequestOptions, method: string): void {
  checkOptions(options, method, REQUEST_OPTIONS)
}

/** @throws ConfigError naming the option. */
export function checkFetchOptions(options: RequestOptions): void {
  checkOptions(options, 'fetch', REQUEST_OPTIONS, FETCH_OPTIONS)
}

/** @throws ConfigError naming the option. */
export function checkPagesOptions(options: RequestOptions): void {
  checkOptions(options, 'pages', REQUEST_OPTIONS, PAGES_OPTIONS)
}

function objectOption(value: unknown, option: string): void {
  if (typeof value !== 'object' || value === null)
    throw wrongOption(option, 'an object', value, 'Use for example `{ id: 42 }`.')
}

function listOption(value: unknown, option: string): void {
  if (!Array.isArray(value)) throw wrongOption(option, 'a list of keys', value, "Use for example `[['user', 42]]`.")
}

function cacheOption(value: unknown, option: string): void {
  if (value === 'refresh') return
  if (typeof value !== 'boolean')
    throw wrongOption(option, "`true`, `false` or 'refresh'", value, 'Leave it out for `true`.')
}

function redirectOption(value: unknown, option: string): void {
  if (REDIRECTS.includes(value as string)) return
  throw wrongOption(option, `one of ${REDIRECTS.map(received).join(', ')}`, value, "Leave it out for 'follow'.")
}

function keyOption(value: unknown, option: string): void {
  if (typeof value !== 'string') booleanOption(value, option)
}
