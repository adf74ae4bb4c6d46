import { describe, expectTypeOf, it } from 'vitest'
import { subject, useCached, useInfiniteCached, useMutation } from '../src/index.ts'

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

  it('from an object that is made with `subject`, as in a call', () => {
    const cityOf = (id: number) =>
      subject({
        key: ['city', id],
        loader: ({ signal }) => fetchCity(signal),
        options: { ttl: '5m', refetchOn: { interval: '30s' }, select: ({ name }) => name.length },
      })
    expectTypeOf(useCached(cityOf(1)).data.value).toEqualTypeOf<number | undefined>()
    // @ts-expect-error There is no such option.
    subject({ key: 'city', loader: () => 1, options: { staleTime: 1 } })
    // @ts-expect-error That is no duration.
    subject({ key: 'city', loader: () => 1, options: { ttl: '5 parsecs' } })
  })

  it('by the status of `snapshot`: what is ready is there', () => {
    const { snapshot, data, status } = useCached('k', ({ signal }) => fetchCity(signal))
    if (snapshot.value.status === 'ready') expectTypeOf(snapshot.value.data).toEqualTypeOf<City>()
    expectTypeOf(data.value).toEqualTypeOf<City | undefined>()
    expectTypeOf(status.value).toEqualTypeOf<'pending' | 'ready' | 'failed'>()
    const call = useMutation(async (name: string) => ({ name }))
    if (call.snapshot.value.status === 'ready') expectTypeOf(call.snapshot.value.data).toEqualTypeOf<{ name: string }>()
    const list = useInfiniteCached('k', async () => [1], { first: 0, next: () => 1 })
    if (list.snapshot.value.status === 'ready') {
      expectTypeOf(list.snapshot.value.data.pages).toEqualTypeOf<readonly number[][]>()
    }
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
