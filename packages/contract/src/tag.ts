import { TagError } from './errors.ts'
import { isPromise } from './is-promise.ts'
import { received } from './received.ts'
import { utf8Length } from './utf8.ts'

const MAX_TAG_BYTES = 256
const MAX_TAGS = 128

/**
 * Checks a list of tags and leaves out repeated ones. A tag is a text of 1 to 256 bytes of UTF-8; an entry has at most
 * 128 of them. Returns the very list that it got when there is nothing to leave out.
 *
 * @param where - Name of the option or the function that got the list, for the error.
 * @param max - How many there may be, repeated ones aside. Default: as many as an entry may have.
 * @throws TagError `ERR_TAG_INVALID` naming the index, or `ERR_TAG_COUNT`.
 */
export function validateTags(tags: readonly string[], where: string, max: number = MAX_TAGS): readonly string[] {
  if (!Array.isArray(tags)) {
    throw new TagError(
      'ERR_TAG_INVALID',
      `\`${where}\` must be an array of tags, received ${received(tags)}. ${adviceOnTags(tags)}`,
      { context: { where } },
    )
  }
  for (let index = 0; index < tags.length; index++) assertTag(tags[index], where, index)
  const distinct = hasRepeated(tags) ? [...new Set(tags)] : tags
  if (distinct.length <= max) return distinct
  throw new TagError(
    'ERR_TAG_COUNT',
    `\`${where}\` must have at most ${max} tags, received ${distinct.length}. Use fewer that each cover more entries.`,
    { context: { where, count: distinct.length } },
  )
}

function adviceOnTags(tags: unknown): string {
  if (typeof tags === 'function') {
    return 'Pass the list itself. For tags that depend on the value, call `addTags` in the loader, or use `wrap`, whose `tags` may be a function.'
  }
  if (isPromise(tags)) return '`await` it first.'
  const isIterable = typeof tags === 'object' && tags !== null && Symbol.iterator in tags
  return isIterable ? 'Write [...tags].' : "Write ['country:DE'] for a single tag, or leave it out for none."
}

function assertTag(tag: unknown, where: string, index: number): void {
  const bytes = typeof tag === 'string' ? utf8Length(tag) : 0
  if (bytes > 0 && bytes <= MAX_TAG_BYTES) return
  throw new TagError(
    'ERR_TAG_INVALID',
    `\`${where}[${index}]\` must ${ruleOf(bytes)}, received ${received(tag)}${bytes > 0 ? ` of ${bytes} bytes` : ''}. Name what the value depends on, as in 'country:DE'.`,
    { context: { where, index } },
  )
}

function ruleOf(bytes: number): string {
  if (bytes === 0) return 'be a text that is not empty'
  return bytes < 0 ? 'be well-formed text' : `be at most ${MAX_TAG_BYTES} bytes`
}

function hasRepeated(tags: readonly string[]): boolean {
  // A list that is over the limit anyway is not worth a quadratic search.
  if (tags.length > MAX_TAGS) return true
  for (let index = 1; index < tags.length; index++) if (tags.indexOf(tags[index] as string) < index) return true
  return false
}
