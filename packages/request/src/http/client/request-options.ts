/** What a call of a client may say: the names, and the checks that are not where an option is used. */
import { type OptionTable, checkOptions, received, signalOption, wrongOption } from '@hotpath/contract'
import type { RequestOptions } from './client-types.ts'
import { isFieldValue } from '../rules/field-value.ts'
import type { PagesOptions } from './pages.ts'

const REDIRECTS = ['follow', 'error', 'manual']

const REQUEST_OPTIONS: OptionTable<keyof RequestOptions> = {
  params: paramsOption,
  query: queryOption,
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

function paramsOption(value: unknown, option: string): void {
  if (!isMembers(value)) throw wrongOption(option, 'an object', value, 'Use for example `{ id: 42 }`.')
}

function queryOption(value: unknown, option: string): void {
  if (value instanceof URLSearchParams || isMembers(value)) return
  const wayOut = typeof value === 'string' ? 'Use `new URLSearchParams(query)`.' : 'Use for example `{ page: 2 }`.'
  throw wrongOption(option, 'an object or URLSearchParams', value, wayOut)
}

/** A Map, a Date and the like have no members of their own, and would pass for an object that says nothing. */
function isMembers(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Symbol.iterator in value) return false
  return Object.keys(value).length > 0 || Object.prototype.toString.call(value) === '[object Object]'
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
  if (typeof value === 'boolean' || (isFieldValue(value) && value !== '')) return
  throw wrongOption(
    option,
    'a string on one line that is not empty, `true` or `false`',
    value,
    'Use `true` for a key that is made, or `String(id)`.',
  )
}
