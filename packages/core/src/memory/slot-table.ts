/** How `tinyLfu()` writes down its entries: four numbers for each, from `SLOT` times the number of its slot on. */

/** The slot before it in its ring, and the one after it. */
export const AFTER = 1
/** The hash of the key, from `HASH_SHIFT` on; the segment in `SEGMENT`; how often it was used in `MAX_COUNT`. */
export const MARK = 2
/** Its size in bytes. */
export const SIZE = 3
export const SLOT = 4

/** Names of the segments: the slots that close their rings, and hold how many entries there are in them. */
export const WINDOW = 0
export const PROBATION = 1
export const PROTECTED = 2
/** The first slot that holds an entry. */
export const FIRST_ENTRY = 3

export const MAX_COUNT = 15
export const SEGMENT = 48
export const SEGMENT_SHIFT = 4
export const HASH_SHIFT = 6
/** Protected, and used so often that it does not count any more: where it is among those hardly matters. */
export const HOT: number = (PROTECTED << SEGMENT_SHIFT) | MAX_COUNT

/** In place of `MARK`. */
export const ENTRIES = 2

export const FIRST_LENGTH = 16
/** Share of the main region that is protected, as in the paper. */
export const PROTECTED_SHARE = 0.8
/** The largest number that fits in four bytes. */
export const MAX_SIZE: number = 2 ** 31 - 1
/** Words of the sketch that age together, with the counts of two slots for each. */
export const BLOCK = 16
/** Uses between one block and the next, so that each is halved once in fourteen times as many uses as there are entries. */
export const AGING_STEP = 448
/** Those of the smallest sketch: what a smaller one says of few entries would be forgotten too soon to compare. */
export const FIRST_WORDS = 512
/** Uses of a sample of hits, at least. */
export const MIN_SAMPLE = 256
export const ROWS = 4
