import { describe, expect, test } from 'vitest'
import { type Duration, formatDuration, parseDuration, toMs } from '../src/duration.ts'

describe('a duration', () => {
  test.each<[Duration, number]>([
    [0, 0],
    [-0, 0],
    [250, 250],
    ['250ms', 250],
    ['5s', 5_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    ['1.5h', 5_400_000],
    ['1.1s', 1_100],
    ['0s', 0],
    [1.4, 1],
    [1.5, 2],
    [0.1, 1],
    ['0.0001s', 1],
    [Infinity, Infinity],
    [2 ** 31, 2 ** 31],
    ['365d', 31_536_000_000],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ])('%s is %d ms', (duration, ms) => {
    expect(Object.is(toMs(duration, 'ttl'), ms)).toBe(true)
  })

  test.each<[unknown, string]>([
    [-5, "`ttl` must not be negative, received -5. Use for example '5m'."],
    ['-5s', "`ttl` must not be negative, received '-5s'. Use for example '5m'."],
    [-Infinity, "`ttl` must not be negative, received -Infinity. Use for example '5m'."],
    ['5', "`ttl` must have a unit, received '5'. Use one of ms, s, m, h, d, as in '5m'."],
    ['5min', "`ttl` must have a unit of ms, s, m, h, d, received '5min'. Write '5m'."],
    ['5M', "`ttl` must have a unit of ms, s, m, h, d, received '5M'. Write '5m'."],
    ['5constructor', "`ttl` must have a unit of ms, s, m, h, d, received '5constructor'. Write '5m'."],
    [
      Number.NaN,
      "`ttl` must be a duration, received NaN. Use a number of milliseconds, a string such as '5m', or `Infinity`.",
    ],
    ['', "`ttl` must be a duration, received ''. Use a number of milliseconds, a string such as '5m', or `Infinity`."],
    [
      '1e3s',
      "`ttl` must be a duration, received '1e3s'. Use a number of milliseconds, a string such as '5m', or `Infinity`.",
    ],
    [
      'soon\n',
      "`ttl` must be a duration, received 'soon\ufffd'. Use a number of milliseconds, a string such as '5m', or `Infinity`.",
    ],
    [
      undefined,
      "`ttl` must be a duration, received undefined. Use a number of milliseconds, a string such as '5m', or `Infinity`.",
    ],
    [
      null,
      "`ttl` must be a duration, received null. Use a number of milliseconds, a string such as '5m', or `Infinity`.",
    ],
    [5n, "`ttl` must be a duration, received 5n. Use a number of milliseconds, a string such as '5m', or `Infinity`."],
    [
      Symbol('s'),
      "`ttl` must be a duration, received a symbol. Use a number of milliseconds, a string such as '5m', or `Infinity`.",
    ],
    [
      {},
      "`ttl` must be a duration, received an object. Use a number of milliseconds, a string such as '5m', or `Infinity`.",
    ],
    [
      [],
      "`ttl` must be a duration, received an array. Use a number of milliseconds, a string such as '5m', or `Infinity`.",
    ],
    [
      Number.MAX_VALUE,
      '`ttl` must be a safe integer of milliseconds, received 1.7976931348623157e+308. Use `Infinity` for no limit.',
    ],
  ])('%s is refused with the way out', (duration, message) => {
    expect(() => toMs(duration as Duration, 'ttl')).toThrow(
      expect.objectContaining({
        name: 'ConfigError',
        code: 'ERR_CONFIG_DURATION',
        message,
        context: { option: 'ttl' },
      }),
    )
  })

  test('of a wrong form is a type error already', () => {
    // @ts-expect-error no such unit
    expect(() => toMs('5 weeks', 'ttl')).toThrow()
    // @ts-expect-error not a number
    expect(() => toMs('fives', 'ttl')).toThrow()
  })
})

test.each([
  [0, '0ms'],
  [1, '1ms'],
  [999, '999ms'],
  [1_000, '1s'],
  [1_500, '1500ms'],
  [60_000, '1m'],
  [90_000, '90s'],
  [5_400_000, '90m'],
  [86_400_000, '1d'],
  [90_000_000, '25h'],
  [2 ** 31, '2147483648ms'],
  [Infinity, 'Infinity'],
])('%d ms are written as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

describe('a duration of the environment', () => {
  test.each([
    ['250', 250],
    [' 5m ', 300_000],
    ['1.5s', 1_500],
    ['0', 0],
    ['Infinity', Infinity],
  ])('%j is %d ms', (text, ms) => {
    expect(parseDuration(text, 'CACHE_TTL')).toBe(ms)
  })

  test.each([undefined, '', ' ', '5 weeks', '-1', 'NaN', '1e3', '0x10', 'false'])(
    '%j is refused by its name',
    (text) => {
      expect(() => parseDuration(text, 'CACHE_TTL')).toThrow(/^`CACHE_TTL` must .*, received /)
    },
  )
})
