/** Dates as HTTP writes them (RFC 9110, section 5.6.7): the present form, and the two obsolete ones that must be read. */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const TIME = '(?<hours>\\d{2}):(?<minutes>\\d{2}):(?<seconds>\\d{2})'
const FORMS = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(`^\\w{3}, (?<day>\\d{2}) (?<month>\\w{3}) (?<year>\\d{4}) ${TIME} GMT$`, 'i'),
  // Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(`^\\w{6,9}, (?<day>\\d{2})-(?<month>\\w{3})-(?<year>\\d{2}) ${TIME} GMT$`, 'i'),
  // Sun Nov  6 08:49:37 1994
  new RegExp(`^\\w{3} (?<month>\\w{3}) (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`, 'i'),
]

const FIFTY_YEARS_MS = 50 * 365.25 * 86_400_000
const CENTURY = 100

/** Milliseconds since 1970, or `undefined` for what is no date. `nowMs` tells which century two digits mean. */
export function parseHttpDate(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined
  for (const form of FORMS) {
    const { groups } = form.exec(text.trim()) ?? {}
    if (groups !== undefined) return instantOf(groups, nowMs)
  }
  return undefined
}

function instantOf(groups: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const number = (name: string): number => Number(groups[name])
  const month = MONTHS.indexOf((groups['month'] ?? '').toLowerCase())
  if (month < 0 || number('hours') > 23 || number('minutes') > 59 || number('seconds') > 60) return undefined
  const at = (year: number): number =>
    Date.UTC(year, month, number('day'), number('hours'), number('minutes'), number('seconds'))
  if (new Date(at(2000)).getUTCMonth() !== month) return undefined
  if (groups['year']?.length !== 2) return at(number('year'))
  // Two digits that lie over 50 years ahead mean the most recent such year.
  const century = new Date(nowMs).getUTCFullYear() - (new Date(nowMs).getUTCFullYear() % CENTURY)
  const instant = at(century + number('year'))
  return instant - nowMs > FIFTY_YEARS_MS ? at(century - CENTURY + number('year')) : instant
}
