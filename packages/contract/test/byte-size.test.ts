import { describe, expect, test } from 'vitest'
import { type ByteSize, toBytes } from '../src/byte-size.ts'

describe('an amount of memory', () => {
  test.each<[ByteSize, number]>([
    [0, 0],
    [512, 512],
    ['512b', 512],
    ['10kb', 10_240],
    ['64mb', 67_108_864],
    ['1.5mb', 1_572_864],
    ['8gb', 8_589_934_592],
    [10.4, 10],
    [Infinity, Infinity],
  ])('%s is %d bytes', (size, bytes) => {
    expect(toBytes(size, 'maxBytes')).toBe(bytes)
  })

  test.each<[unknown, string]>([
    [-1, "`maxBytes` must not be negative, received -1. Use for example '64mb'."],
    ['64', "`maxBytes` must have a unit, received '64'. Use one of b, kb, mb, gb, as in '64mb'."],
    ['64MB', "`maxBytes` must have a unit of b, kb, mb, gb, received '64MB'. Write '64mb'."],
    [
      Number.NaN,
      "`maxBytes` must be an amount of memory, received NaN. Use a number of bytes, a string such as '64mb', or `Infinity`.",
    ],
    [
      true,
      "`maxBytes` must be an amount of memory, received true. Use a number of bytes, a string such as '64mb', or `Infinity`.",
    ],
    [
      '9999999999gb',
      "`maxBytes` must be a safe integer of bytes, received '9999999999gb'. Use `Infinity` for no limit.",
    ],
  ])('%s is refused with the way out', (size, message) => {
    expect(() => toBytes(size as ByteSize, 'maxBytes')).toThrow(
      expect.objectContaining({
        name: 'ConfigError',
        code: 'ERR_CONFIG_BYTES',
        message,
        context: { option: 'maxBytes' },
      }),
    )
  })

  test('of a wrong form is a type error already', () => {
    // @ts-expect-error no such unit
    expect(() => toBytes('1tb', 'maxBytes')).toThrow()
  })
})
