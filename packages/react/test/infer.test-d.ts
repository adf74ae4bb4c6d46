import { describe, expectTypeOf, it } from 'vitest'
import { type Cached, useCached, useInfiniteCached, useMutation, useSuspenseCached } from '../src/index.ts'

interface City {
  readonly name: string
}
declare function fetchCity(signal: AbortSignal): Promise<City>

describe('types are inferred', () => {
  it('from the loader and from `select`', () => {
    expectTypeOf(useCached('k', ({ signal }) => fetchCity(signal), { tags: ['cities'] })).toEqualTypeOf<Cached<City>>()
    expectTypeOf(useCached('k', ({ signal }) => fetchCity(signal))).toEqualTypeOf<Cached<City>>()
    const { data } = useCached('k', ({ signal }) => fetchCity(signal), { select: ({ name }) => name.length })
    expectTypeOf(data).toEqualTypeOf<number | undefined>()
    expectTypeOf(useSuspenseCached('k', () => 1).data).toEqualTypeOf<number>()
  })

  it('from an object that is shared', () => {
    const cityOf = (id: number) => ({
      key: ['city', id],
      loader: ({ signal }: { readonly signal: AbortSignal }) => fetchCity(signal),
      options: { tags: ['cities'] },
    })
    expectTypeOf(useCached(cityOf(1))).toEqualTypeOf<Cached<City>>()
    expectTypeOf(useSuspenseCached(cityOf(1)).data).toEqualTypeOf<City>()
  })

  it('of mutations and lists', () => {
    const { mutate } = useMutation(async (name: string) => ({ name }))
    expectTypeOf(mutate).parameter(0).toEqualTypeOf<string>()
    expectTypeOf(mutate).returns.toEqualTypeOf<Promise<{ name: string }>>()
    const { items } = useInfiniteCached('k', async ({ cursor }) => [cursor], { first: 0, next: () => 1 })
    expectTypeOf(items).toEqualTypeOf<readonly number[]>()
  })

  it('and keys and options are checked', () => {
    // @ts-expect-error A function is no key.
    useCached([() => 1], () => 1)
    // @ts-expect-error There is no such option.
    useCached('k', () => 1, { staleTime: 1 })
  })
})
