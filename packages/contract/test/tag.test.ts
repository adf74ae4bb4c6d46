import { describe, expect, test } from 'vitest'
import { validateTags } from '../src/tag.ts'

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `tag:${index}`)
}

describe('a list of tags', () => {
  test.each([[[]], [['a']], [['a', 'b', 'é'.repeat(128)]], [numbered(128)]])(
    'is returned as it is when all is well',
    (tags) => {
      expect(validateTags(tags, 'tags')).toBe(tags)
    },
  )

  test('loses repeated tags and keeps the order of the first ones', () => {
    const tags = Object.freeze(['b', 'a', 'b', 'c', 'a'])
    expect(validateTags(tags, 'tags')).toEqual(['b', 'a', 'c'])
    expect(tags).toEqual(['b', 'a', 'b', 'c', 'a'])
  })

  test('is limited to 128 different tags', () => {
    expect(validateTags([...numbered(128), ...numbered(128)], 'tags')).toEqual(numbered(128))
    expect(() => validateTags(numbered(129), 'tags')).toThrow(
      expect.objectContaining({
        name: 'TagError',
        code: 'ERR_TAG_COUNT',
        message: '`tags` must have at most 128 tags, received 129. Use fewer that each cover more entries.',
      }),
    )
  })

  test.each<[unknown, string]>([
    [
      '',
      "`tags[1]` must be a text that is not empty, received ''. Name what the value depends on, as in 'country:DE'.",
    ],
    [
      42,
      "`tags[1]` must be a text that is not empty, received 42. Name what the value depends on, as in 'country:DE'.",
    ],
    [
      undefined,
      "`tags[1]` must be a text that is not empty, received undefined. Name what the value depends on, as in 'country:DE'.",
    ],
    [
      'a\ud800',
      "`tags[1]` must be well-formed text, received 'a\ufffd'. Name what the value depends on, as in 'country:DE'.",
    ],
    [
      'é'.repeat(129),
      `\`tags[1]\` must be at most 256 bytes, received '${'é'.repeat(32)}…' of 258 bytes. Name what the value depends on, as in 'country:DE'.`,
    ],
  ])('with %j is refused with its index', (tag, message) => {
    expect(() => validateTags(['a', tag as string], 'tags')).toThrow(
      expect.objectContaining({
        name: 'TagError',
        code: 'ERR_TAG_INVALID',
        message,
        context: { where: 'tags', index: 1 },
      }),
    )
  })

  const SINGLE = "Write ['country:DE'] for a single tag, or leave it out for none."
  test.each<[unknown, string]>([
    ['country:DE', `received 'country:DE'. ${SINGLE}`],
    ['', `received ''. ${SINGLE}`],
    [null, `received null. ${SINGLE}`],
    [undefined, `received undefined. ${SINGLE}`],
    [0, `received 0. ${SINGLE}`],
    [{ length: 0 }, `received an object. ${SINGLE}`],
    [new Set(['a']), 'received an object. Write [...tags].'],
    [Promise.resolve(['a']), 'received a Promise. `await` it first.'],
    [
      () => ['a'],
      'received a function. Pass the list itself. For tags that depend on the value, call `addTags` in the loader, or use `wrap`, whose `tags` may be a function.',
    ],
  ])('is an array, not %s', (tags, message) => {
    expect(() => validateTags(tags as never, 'addTags')).toThrow(
      expect.objectContaining({
        code: 'ERR_TAG_INVALID',
        message: `\`addTags\` must be an array of tags, ${message}`,
      }),
    )
  })
})
