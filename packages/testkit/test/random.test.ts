import { expect, test } from 'vitest'
import { createRandom } from '../src/index.ts'

const draw = (random: () => number, count: number): number[] => Array.from({ length: count }, () => random())

test('the same seed gives the same numbers, another seed others', () => {
  expect(draw(createRandom(1), 10)).toEqual(draw(createRandom(1), 10))
  expect(draw(createRandom(1), 10)).not.toEqual(draw(createRandom(2), 10))
  expect(draw(createRandom(1), 10)).not.toEqual(draw(createRandom(1 + 2 ** 32), 10))
})

test('the numbers of a seed never change, so that seeds in bug reports stay good', () => {
  const random = createRandom(42)
  expect(Array.from({ length: 5 }, () => random.int(1_000_000))).toEqual([294_393, 453_439, 912_565, 291_310, 152_830])
})

test('numbers are spread evenly from 0 up to but without 1', () => {
  const numbers = draw(createRandom(3), 20_000)
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
  const tenths = Array.from({ length: 10 }, (_, tenth) => numbers.filter((number) => Math.floor(number * 10) === tenth))
  for (const tenth of tenths) expect(Math.abs(tenth.length - 2_000)).toBeLessThan(200)
})

test('neighbouring seeds begin with unrelated numbers', () => {
  const firsts = Array.from({ length: 2_000 }, (_, seed) => createRandom(seed)())
  const mean = firsts.reduce((sum, number) => sum + number, 0) / firsts.length
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.03)
  const rising = firsts.filter((number, index) => number > (firsts[index - 1] ?? 1)).length
  expect(Math.abs(rising - 1_000)).toBeLessThan(100)
})

test('int, pick and chance stay within their bounds and reach them all', () => {
  const random = createRandom(4)
  const drawn = (next: () => unknown): Set<unknown> => new Set(Array.from({ length: 200 }, next))
  expect(drawn(() => random.int(3))).toEqual(new Set([0, 1, 2]))
  expect(drawn(() => random.pick(['a', 'b']))).toEqual(new Set(['a', 'b']))
  expect(drawn(() => random.chance(0.5))).toEqual(new Set([true, false]))
  expect(drawn(() => random.chance(0))).toEqual(new Set([false]))
  expect(drawn(() => random.chance(1))).toEqual(new Set([true]))
  expect(() => random.pick([])).toThrow('`list` must not be empty')
})

test('a fork does not depend on what is drawn from its origin later', () => {
  const [one, other] = [createRandom(5), createRandom(5)]
  const [forkOfOne, forkOfOther] = [one.fork(), other.fork()]
  draw(one, 100)
  expect(draw(forkOfOne, 10)).toEqual(draw(forkOfOther, 10))
  expect(draw(createRandom(5), 10)).not.toEqual(draw(createRandom(5).fork(), 10))
})

test.each(['a', undefined, 0.5, Number.NaN])('a seed that is none is refused: %s', (seed) => {
  expect(() => createRandom(seed as never)).toThrow('`seed` must be a safe integer')
})
