import * as fc from 'fast-check'
import type { KeyPart } from '../src/key.ts'

/** Texts that read like something else, or break an encoding that is not careful. */
const TRICKY = [
  ...[
    '',
    ' ',
    'a:b',
    '"a"',
    '\\',
    '\\"',
    "'",
    '~',
    '…',
    '\n',
    '\0',
    '*',
    '?',
    'a,b',
    '[a]',
    '{a:1}',
    '[',
    ']',
    '{',
    '}',
  ],
  ...['0', '-0', '042', '1e21', '0x10', '1n', '-1n', '1.', '.5', '+1', '-', 'n', 'e', '@0', '@', '@types/node'],
  ...['true', 'false', 'null', 'undefined', 'NaN', 'Infinity', '-Infinity', '__proto__', 'constructor', 'toString'],
]

/** Every kind of text: usual, tricky, full of separators, any code point, and halves of surrogate pairs. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.constantFrom(...TRICKY),
  fc.string({ unit: fc.constantFrom(...'ab1:,"\\{}[]@n-.~ e+\'') }),
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0xd700, max: 0xe0ff })).map((units) => String.fromCharCode(...units)),
)

/** Every kind of part, nested. */
export const anyPart: fc.Arbitrary<KeyPart> = fc.letrec<{ part: KeyPart }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'part' },
    anyText,
    fc.double(),
    fc.integer(),
    fc.constantFrom(0, -0, Number.NaN, Infinity, -Infinity, 1e21, 1e-7),
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.date({ noInvalidDate: true }),
    fc.array(tie('part'), { maxLength: 4, depthIdentifier: 'part' }),
    fc.dictionary(anyText, tie('part'), { maxKeys: 4, depthIdentifier: 'part' }),
  ),
})).part

/** Every kind of array key. */
export const anyParts: fc.Arbitrary<KeyPart[]> = fc.array(anyPart, { minLength: 1, maxLength: 6 })

/** Array keys of few different parts, so that two of them often begin alike. */
export const alikeParts: fc.Arbitrary<KeyPart[]> = fc.array(
  fc.constantFrom<KeyPart>(
    'a',
    'b',
    'a:b',
    '"a"',
    1,
    '1',
    11,
    ['a'],
    ['a', 'b'],
    { a: 1 },
    {},
    [],
    null,
    '',
    'x'.repeat(70),
    'é'.repeat(40),
  ),
  { minLength: 1, maxLength: 6 },
)

/** The keys that a seed stands for, the same in every process. */
export function sampleKeys(seed: number): KeyPart[][] {
  return fc.sample(anyParts, { seed, numRuns: 500 })
}
