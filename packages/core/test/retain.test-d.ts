import { expectTypeOf, test } from 'vitest'
import { type Placeholder, placeholder, setPlaceholders } from '../src/placeholders/placeholders.ts'
import { retain, trim } from '../src/retain/retain.ts'
import type { Cache } from '../src/index.ts'

declare const cache: Cache
interface City {
  readonly name: string
}

test('what stays in memory, and what goes', () => {
  expectTypeOf(retain(cache, ['city', 42])).toEqualTypeOf<() => void>()
  expectTypeOf(
    trim(cache.namespace<City>('city'), { toBytes: '1mb', keep: [['city', 42], 'k'] }),
  ).toEqualTypeOf<number>()
  // @ts-expect-error how many bytes may be left is never guessed
  trim(cache, { keep: [] })
  void cache.set('k', 1, { speculative: true })
  void cache.getOrSet('k', () => 1, { speculative: true })
  cache.namespace('ahead', { speculative: true })
})

test('placeholders', () => {
  expectTypeOf(placeholder(cache, 'k')).toEqualTypeOf<Placeholder | undefined>()
  expectTypeOf(placeholder<City>(cache, 'k')?.value).toEqualTypeOf<City | undefined>()
  setPlaceholders(cache, new Set([{ key: ['city', 42], value: { name: 'Ulm' }, age: '2h' as const, tags: ['cities'] }]))
  // @ts-expect-error a value is needed
  setPlaceholders(cache, [{ key: 'k' }])
})
