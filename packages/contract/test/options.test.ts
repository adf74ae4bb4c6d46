import { expect, test } from 'vitest'
import {
  FRESHNESS_OPTIONS,
  type OptionTable,
  booleanOption,
  checkOptions,
  clockOption,
  codecOption,
  countOption,
  functionOption,
  requiredFunction,
  requiredString,
  signalOption,
  stringOption,
} from '../src/index.ts'

const TABLE: OptionTable = { tags: true, refresh: booleanOption, load: functionOption, signal: signalOption }

function messageOf(options: unknown): string | undefined {
  try {
    checkOptions(options, 'getOrSet', FRESHNESS_OPTIONS, TABLE)
    return undefined
  } catch (error) {
    expect(error).toMatchObject({ name: 'ConfigError', code: 'ERR_CONFIG_OPTION' })
    return (error as Error).message
  }
}

test('an unknown option is refused with the nearest known name', () => {
  expect(messageOf({ tll: 1 })).toBe('`getOrSet` has no option `tll`. Did you mean `ttl`?')
  expect(messageOf({ tag: ['a'] })).toBe('`getOrSet` has no option `tag`. Did you mean `tags`?')
  expect(messageOf({ TTL: 1 })).toContain('Did you mean `ttl`?')
  expect(messageOf({ staleWhileRevalidte: '1m' })).toContain('Did you mean `staleWhileRevalidate`?')
  expect(messageOf({ stale_if_error: '1m' })).toContain('Did you mean `staleIfError`?')
  expect(messageOf({ signla: 1 })).toContain('Did you mean `signal`?')
})

test('an unknown option that is like no other is refused with all that are known', () => {
  expect(messageOf({ EX: 1 })).toBe(
    '`getOrSet` has no option `EX`. Use one of `ttl`, `staleWhileRevalidate`, `staleIfError`, `jitter`, ' +
      '`refreshAhead`, `negativeTtl`, `maxEntryBytes`, `speculative`, `timeout`, `backoff`, `tags`, `refresh`, `load`, `signal`.',
  )
  expect(messageOf({ ['x'.repeat(1_000_000)]: 1 })?.length).toBeLessThan(400)
})

test('a number, a list or a signal in the place of options is refused', () => {
  expect(messageOf(1_000)).toBe(
    '`options of getOrSet` must be an object, received 1000. Write `{ ttl: 1000 }`, in milliseconds.',
  )
  expect(messageOf('5m')).toContain("received '5m'. Write `{ ttl: '5m' }`.")
  expect(messageOf('hello')).toContain("received 'hello'. Write `{ ttl: '5m' }`.")
  expect(messageOf(-1)).toContain('Write `{ ttl: 1000 }`, in milliseconds.')
  expect(messageOf(Promise.resolve({}))).toContain('received a Promise. `await` it first.')
  expect(messageOf(['country:DE'])).toContain("received an array. Write `{ tags: ['country:DE'] }` for tags.")
  for (const given of [null, true, () => {}, new AbortController().signal, new Date(), Promise.resolve({})]) {
    expect(messageOf(given)).toContain('must be an object, received')
  }
})

test('a function in the place of options is refused with `select`, where there is that', () => {
  const refused = (options: unknown): unknown => {
    try {
      return checkOptions(options, 'observe', { select: functionOption })
    } catch (error) {
      return (error as Error).message
    }
  }
  expect(refused(() => 1)).toBe(
    '`options of observe` must be an object, received a function. ' +
      'Write `{ select: (city) => city.name }` to show a part of the value.',
  )
})

test('what is no object of options is refused with the options that are needed', () => {
  const table: OptionTable = { path: "'cache.db'", size: '10', verbose: booleanOption }
  const refused = (options: unknown): string => {
    try {
      checkOptions(options, 'open', table)
    } catch (error) {
      return (error as Error).message
    }
    return 'accepted'
  }
  class Client {
    verbos = true
  }
  class Settings {
    path = 'a'
    verbos = true
  }
  for (const given of [undefined, null, 5, 'cache.db', [], () => {}]) {
    expect(refused(given)).toContain("Pass `{ path: 'cache.db', size: 10 }`.")
  }
  // What is given in the place of options, and what is mistyped among them.
  expect(refused(new Client())).toBe("`open` has no option `verbos`. Pass `{ path: 'cache.db', size: 10 }`.")
  expect(refused({ status: 'ready' })).toContain("Pass `{ path: 'cache.db', size: 10 }`.")
  expect(refused(new Settings())).toBe('`open` has no option `verbos`. Did you mean `verbose`?')
  expect(refused({ pth: 'a' })).toBe('`open` has no option `pth`. Did you mean `path`?')
  expect(refused({ path: 'a', quick: 1 })).toContain('Use one of `path`, `size`, `verbose`.')
  expect(refused({ path: 'a' })).toBe('accepted')
})

test('a promise in the place of a function is not to be awaited', () => {
  expect(() => functionOption(Promise.resolve(), 'load')).toThrow('received a Promise. Leave it out')
})

test('what is needed has no default to leave it out for', () => {
  expect(() => requiredFunction(5, 'run', '() => save()')).toThrow(
    '`run` must be a function, received 5. Use for example `() => save()`.',
  )
  expect(() => requiredString(undefined, 'name', "name: 'shop'")).toThrow(
    "`name` must be a string that is not empty, received undefined. Use for example `name: 'shop'`.",
  )
  expect(() => requiredString('', 'name', "name: 'shop'")).toThrow('`name` must be')
  expect(requiredString('shop', 'name', "name: 'shop'")).toBe('shop')
  expect(() => requiredFunction(() => {}, 'run', '() => save()')).not.toThrow()
})

test('what is undefined counts as left out, and options may come from anywhere', () => {
  class Settings {
    ttl = '5m'
  }
  for (const given of [{}, { ttl: undefined, unknown: undefined }, Object.create(null), new Settings()]) {
    expect(messageOf(given)).toBeUndefined()
  }
  expect(messageOf({ ttl: '5m', tags: ['a'], refresh: true, signal: AbortSignal.timeout(1) })).toBeUndefined()
})

test('names that every object has are not known', () => {
  for (const name of ['toString', 'constructor', '__proto__']) {
    const options = Object.defineProperty({}, name, { value: 1, enumerable: true })
    expect(messageOf(options)).toContain(`has no option \`${name}\``)
  }
})

test('an option of the wrong type is refused with what was received', () => {
  const wrong = [
    [booleanOption, 'yes', "received 'yes'"],
    [booleanOption, 1, 'received 1'],
    [functionOption, {}, 'received an object'],
    [stringOption, '', "received ''"],
    [stringOption, 5, 'received 5'],
    [countOption, '500', "received '500'"],
    [countOption, 'redis://app:secret@db.test/0', "received 'redis://db.test/0'"],
    [countOption, 0, 'received 0'],
    [countOption, Number.NaN, 'received NaN'],
    [countOption, Number.POSITIVE_INFINITY, 'received Infinity'],
    [signalOption, new AbortController(), 'received an object'],
    [signalOption, null, 'received null'],
    [clockOption, Date, 'received a function'],
    [clockOption, null, 'received null'],
    [codecOption, JSON, 'received an object'],
    [codecOption, 'msgpack', "received 'msgpack'"],
  ] as const
  for (const [check, value, seen] of wrong) {
    expect(() => check(value, 'size')).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIG_OPTION',
        message: expect.stringMatching(new RegExp(`^\`size\` must be .*, ${seen}\\. .+`)),
        context: { option: 'size' },
      }),
    )
  }
  expect(booleanOption(false, 'size')).toBe(false)
  expect(stringOption('a', 'size')).toBe('a')
  expect(countOption(3, 'size')).toBe(3)
})
