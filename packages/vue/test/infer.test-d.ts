import { describe, expectTypeOf, it } from 'vitest'
import { ref } from 'vue'
import { changeOf, subject, useCached, useInfiniteCached, useMutation } from '../src/index.ts'

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

  it('from an object that is shared, and options beside it', () => {
    const cityOf = (id: number) =>
      subject({ key: ['city', id], loader: ({ signal }) => fetchCity(signal), options: { ttl: '5m' } })
    expectTypeOf(useCached(cityOf(1), { select: ({ name }) => name.length }).data.value).toEqualTypeOf<
      number | undefined
    >()
    expectTypeOf(useCached(cityOf(1), { enabled: false, ttl: '1m' }).data.value).toEqualTypeOf<City | undefined>()
    const isOpen = ref(true)
    expectTypeOf(
      useCached(
        () => cityOf(1),
        () => ({ enabled: isOpen.value }),
      ).data.value,
    ).toEqualTypeOf<City | undefined>()
    const selected = useCached(
      () => cityOf(1),
      () => ({ select: ({ name }: City) => name.length }),
    )
    expectTypeOf(selected.data.value).toEqualTypeOf<number | undefined>()
    const selecting = subject({ ...cityOf(1), options: { select: ({ name }: City) => name } })
    expectTypeOf(useCached(selecting, { ttl: '1m' }).data.value).toEqualTypeOf<string | undefined>()
    expectTypeOf(useCached(selecting, { select: () => 1 }).data.value).toEqualTypeOf<number | undefined>()
    // @ts-expect-error A city has no such member.
    useCached(cityOf(1), { select: ({ size }) => size })
    // @ts-expect-error There is no such option.
    useCached(cityOf(1), { staleTime: 1 })
  })

  it('of optimistic changes, from what is changed', () => {
    const cityOf = (id: number) => subject({ key: ['city', id], loader: ({ signal }) => fetchCity(signal) })
    useMutation(async (name: string) => ({ name }), {
      optimistic: (name) => [
        changeOf(cityOf(7), (city, input) => {
          expectTypeOf(city).toEqualTypeOf<City>()
          expectTypeOf(input).toEqualTypeOf<string>()
          return { ...city, name }
        }),
        { key: ['city', 8], update: (city: City) => ({ ...city, name }) },
        { key: ['city', 9], update: (city) => expectTypeOf(city).toEqualTypeOf<unknown>() },
      ],
    })
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

  it('of a list whose pages are no lists, which needs `items`', () => {
    const load = async (): Promise<{ readonly cities: readonly City[] }> => ({ cities: [] })
    const next = () => 1
    const { items } = useInfiniteCached('k', load, { first: 0, next, items: ({ cities }) => cities })
    expectTypeOf(items.value).toEqualTypeOf<readonly City[]>()
    // @ts-expect-error `items` is missing.
    useInfiniteCached('k', load, { first: 0, next })
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
