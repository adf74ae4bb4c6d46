import { describe, expectTypeOf, it } from 'vitest'
import { useCached, useInfiniteCached, useMutation } from '../src/index.ts'

interface City {
  readonly name: string
}
declare function fetchCity(signal: AbortSignal): Promise<City>

describe('types are inferred', () => {
  it('from the loader and from `select`', () => {
    const { data } = useCached('k', ({ signal }) => fetchCity(signal), { tags: ['cities'] })
    expectTypeOf(data.value).toEqualTypeOf<City | undefined>()
    const selected = useCached('k', ({ signal }) => fetchCity(signal), { select: ({ name }) => name.length })
    expectTypeOf(selected.data.value).toEqualTypeOf<number | undefined>()
  })

  it('from an object that is shared, and from a getter of one', () => {
    const cityOf = (id: number) => ({
      key: ['city', id],
      loader: ({ signal }: { readonly signal: AbortSignal }) => fetchCity(signal),
      options: { tags: ['cities'] },
    })
    expectTypeOf(useCached(cityOf(1)).data.value).toEqualTypeOf<City | undefined>()
    expectTypeOf(useCached(() => cityOf(1)).data.value).toEqualTypeOf<City | undefined>()
  })

  it('of mutations and lists', () => {
    const { mutate } = useMutation(async (name: string) => ({ name }))
    expectTypeOf(mutate).parameter(0).toEqualTypeOf<string>()
    const { items } = useInfiniteCached('k', async ({ cursor }: { readonly cursor: number }) => [cursor], {
      first: 0,
      next: () => 1,
    })
    expectTypeOf(items.value).toEqualTypeOf<readonly number[]>()
  })
})
