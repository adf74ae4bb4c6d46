import type { Snapshot } from '@hotpath/observe'
import { describe, expectTypeOf, it } from 'vitest'
import {
  type Cached,
  changeOf,
  subject,
  useCached,
  useInfiniteCached,
  useMutation,
  useSuspenseCached,
} from '../src/index.ts'

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

  it('from an object that is made with `subject`, as in a call', () => {
    const cityOf = (id: number) =>
      subject({
        key: ['city', id],
        loader: ({ signal }) => fetchCity(signal),
        options: { ttl: '5m', refetchOn: { interval: '30s' }, select: ({ name }) => name.length },
      })
    expectTypeOf(useCached(cityOf(1)).data).toEqualTypeOf<number | undefined>()
    // @ts-expect-error There is no such option.
    subject({ key: 'city', loader: () => 1, options: { staleTime: 1 } })
    // @ts-expect-error That is no duration.
    subject({ key: 'city', loader: () => 1, options: { ttl: '5 parsecs' } })
  })

  it('from an object that is shared, and options beside it', () => {
    const cityOf = (id: number) =>
      subject({ key: ['city', id], loader: ({ signal }) => fetchCity(signal), options: { ttl: '5m' } })
    expectTypeOf(useCached(cityOf(1), { select: ({ name }) => name.length }).data).toEqualTypeOf<number | undefined>()
    expectTypeOf(useCached(cityOf(1), { enabled: false, ttl: '1m' }).data).toEqualTypeOf<City | undefined>()
    expectTypeOf(useSuspenseCached(cityOf(1), { select: ({ name }) => name.length }).data).toEqualTypeOf<number>()
    expectTypeOf(useSuspenseCached(cityOf(1), { ttl: '1m' }).data).toEqualTypeOf<City>()
    const selecting = subject({ ...cityOf(1), options: { select: ({ name }: City) => name } })
    expectTypeOf(useCached(selecting, { ttl: '1m' }).data).toEqualTypeOf<string | undefined>()
    expectTypeOf(useCached(selecting, { select: () => 1 }).data).toEqualTypeOf<number | undefined>()
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

  it('by `status`: what is ready is there', () => {
    const { data, status, error } = useCached('k', ({ signal }) => fetchCity(signal))
    expectTypeOf(data).toEqualTypeOf<City | undefined>()
    if (status === 'ready') expectTypeOf(data).toEqualTypeOf<City>()
    if (status === 'pending') expectTypeOf(data).toEqualTypeOf<undefined>()
    if (status === 'failed') expectTypeOf(data).toEqualTypeOf<City | undefined>()
    if (status !== 'failed') expectTypeOf(error).toEqualTypeOf<undefined>()
    const whole = useCached('k', ({ signal }) => fetchCity(signal), { select: ({ name }) => name })
    if (whole.status === 'ready') expectTypeOf(whole.data).toEqualTypeOf<string>()
    expectTypeOf(whole.refetch).returns.resolves.toEqualTypeOf<Snapshot<string>>()
    const list = useInfiniteCached('k', async () => [1], { first: 0, next: () => 1 })
    if (list.status === 'ready') expectTypeOf(list.data.pages).toEqualTypeOf<readonly number[][]>()
    const call = useMutation(async (name: string) => ({ name }))
    if (call.status === 'ready') expectTypeOf(call.data).toEqualTypeOf<{ name: string }>()
    if (call.status === 'pending') expectTypeOf(call.input).toEqualTypeOf<string>()
    const nothing = useCached('k', async (): Promise<City | undefined> => undefined)
    if (nothing.status === 'ready') expectTypeOf(nothing.data).toEqualTypeOf<City | undefined>()
    const suspended = useSuspenseCached('k', ({ signal }) => fetchCity(signal))
    expectTypeOf(suspended.status).toEqualTypeOf<'ready' | 'failed'>()
    expectTypeOf(suspended.data).toEqualTypeOf<City>()
  })

  it('of a list that begins at no cursor', () => {
    interface Page {
      readonly cities: readonly City[]
      readonly after: string | null
    }
    const load = async ({ cursor }: { readonly cursor: string | null }): Promise<Page> => ({
      cities: [],
      after: cursor,
    })
    const options = { next: ({ after }: Page) => after, items: ({ cities }: Page) => cities }
    expectTypeOf(useInfiniteCached('k', load, { first: null, ...options }).items).toEqualTypeOf<readonly City[]>()
    const inline = useInfiniteCached(
      'k',
      async ({ cursor }: { readonly cursor: string | null }): Promise<Page> => ({ cities: [], after: cursor }),
      { first: null, next: ({ after }) => after, items: ({ cities }) => cities },
    )
    expectTypeOf(inline.items).toEqualTypeOf<readonly City[]>()
  })

  it('of a list whose pages are no lists, which needs `items`', () => {
    const load = async (): Promise<{ readonly cities: readonly City[] }> => ({ cities: [] })
    const next = () => 1
    const { items } = useInfiniteCached('k', load, { first: 0, next, items: ({ cities }) => cities })
    expectTypeOf(items).toEqualTypeOf<readonly City[]>()
    // @ts-expect-error `items` is missing.
    useInfiniteCached('k', load, { first: 0, next })
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
