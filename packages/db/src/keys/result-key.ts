/** The key of a result: database, schema and settings, statement, session and parameters. Each part has an end of its own. */
import { ConfigError, type OptionTable, checkOptions, digestOf, wrongOption } from '@hotpath/contract'
import type { Params } from '../driver/driver.ts'
import type { SessionOptions } from '../query-optimizer.ts'
import type { Plan } from '../read/plan.ts'
import { type WireForm, wireFormOf } from '../read/wire.ts'
import type { Settings } from '../settings.ts'
import type { Dialect } from '../statement/index.ts'
import { isTimeOfCall } from '../statement/time-of-call.ts'
import { paramsKey } from './params-key.ts'

/** The key, or `undefined` where a parameter has none. */
export function resultKey(
  { keyStart, dialect }: Plan,
  params: Params,
  session: SessionOptions | undefined,
  form?: WireForm,
): string | undefined {
  const key = paramsKey(params)
  if (key === undefined) return undefined
  if (dialect === 'postgres' && Array.isArray(params) && params.some(isTime)) return undefined
  const start = form?.run === undefined ? keyStart : `${keyStart}~${form.run.name}:`
  if (session === undefined) return start + key
  return `${start}@${digestOf(JSON.stringify([session.key, session.settings]))}:${key}`
}

/** Whether PostgreSQL may take a parameter for the time of the call. */
function isTime(value: unknown): boolean {
  return typeof value === 'string' ? isTimeOfCall(value) : Array.isArray(value) && value.some(isTime)
}

const SESSION: OptionTable<keyof SessionOptions> = { key: "'tenant:7'", settings: true }

/**
 * For whom a statement is run: what the call says, otherwise what the optimizer was made with. A copy, as the caller may
 * use its object for somebody else while the statement waits.
 *
 * @throws ConfigError for a session that is wrong.
 */
export function sessionOf(
  options: { readonly session?: SessionOptions | undefined },
  { session: usual, driver }: Pick<Settings, 'session' | 'driver'>,
): SessionOptions | undefined {
  const { session } = options
  if (wireFormOf(options)?.isSessionless === true) return undefined
  // `null` is a session that is wrong, and not that of somebody else.
  const own = session !== undefined ? session : typeof usual === 'function' ? usual() : usual
  if (own === undefined) return undefined
  // A misspelled `settings` would be a session without any.
  checkOptions(own, 'session', SESSION)
  const { key, settings } = own as Partial<SessionOptions>
  // Sessions without a key would be one and the same.
  if (typeof key !== 'string' || key === '')
    throw wrongOption('session.key', 'a string that is not empty', key, "Use for example `'tenant:7'`.")
  return settings === undefined ? { key } : { key, settings: settingsOf(settings, driver.dialect) }
}

/** A copy of them. What JSON leaves out would make one key of two. */
function settingsOf(settings: unknown, dialect: Dialect): Readonly<Record<string, string>> {
  if (dialect !== 'postgres') {
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      '`session.settings` are settings of PostgreSQL, received them for another database. Name the session by `session.key` alone.',
    )
  }
  const isRight =
    typeof settings === 'object' && settings !== null && Object.values(settings).every((one) => typeof one === 'string')
  if (!isRight)
    throw wrongOption('session.settings', 'strings by name', settings, "Use for example `{ 'app.tenant': '7' }`.")
  const copy = { ...(settings as Readonly<Record<string, string>>) }
  for (const [name, value] of Object.entries(copy)) checkSetting(name, value)
  return copy
}

/** Settings by which a string ends elsewhere than it was read to, with the values that they must have. */
const SPELLING: Readonly<Record<string, RegExp>> = {
  standard_conforming_strings: /^(?:on|true|yes|1)$/i,
  client_encoding: /^(?:utf-?8|unicode)$/i,
}

/** @throws ConfigError for one that makes a statement another one than the one that was read: a write may look like a read. */
function checkSetting(name: string, value: string): void {
  if (SPELLING[name.toLowerCase()]?.test(value) !== false) return
  throw wrongOption(
    'session.settings',
    'without those by which PostgreSQL reads strings of SQL in another way',
    `${name}=${value}`,
    "Leave it out, and write backslashes as in `E'\\n'`.",
  )
}

/** Settings that change which table a name stands for, so that what is known of it does not hold. */
const MOVES = /^(?:search_path|role|session_authorization|row_security)$/i

/** Whether names may stand for other tables than those of the catalog in use. */
export function movesNames(session: SessionOptions | undefined): boolean {
  return session?.settings !== undefined && Object.keys(session.settings).some((name) => MOVES.test(name))
}
