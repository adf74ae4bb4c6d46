/** How a page says numbers and countries. */

/** The countries that a page offers. */
export const COUNTRIES: readonly string[] = ['DE', 'FR', 'IT', 'ES', 'GB', 'US', 'BR', 'NG', 'IN', 'CN', 'JP', 'AU']

/** What there is to try. */
export const HINTS: readonly string[] = [
  'Type in the field, letter by letter: what nobody waits for any more is not loaded to its end.',
  'Open a second tab, and rename a place or press a star in one of them.',
  'Let every other write fail: what was shown at once is taken back.',
  'Take the API away, and load the page again.',
]

const countries = new Intl.DisplayNames('en', { type: 'region' })

/** `Germany` of `DE`. */
export function countryName(code: string): string {
  return countries.of(code) ?? code
}

/** `3,426,354`, or a dash where nobody has counted. */
export function populationOf(population: number): string {
  return population === 0 ? '–' : population.toLocaleString('en')
}

/** `52.5° N, 13.4° E`. */
export function positionOf({ lat, lon }: { readonly lat: number; readonly lon: number }): string {
  const degrees = (value: number, [plus, minus]: readonly [string, string]): string =>
    `${Math.abs(value).toFixed(1)}° ${value < 0 ? minus : plus}`
  return `${degrees(lat, ['N', 'S'])}, ${degrees(lon, ['E', 'W'])}`
}

/** `1st`, `2nd`, `3rd`, `11th`. */
export function ordinal(count: number): string {
  const suffixes: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' }
  return `${count.toLocaleString('en')}${suffixes[new Intl.PluralRules('en', { type: 'ordinal' }).select(count)] ?? 'th'}`
}
