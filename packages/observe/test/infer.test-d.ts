import type { Cache } from '@hotpath/core'
import { describe, expectTypeOf, it } from 'vitest'
import { subject, subjectOf } from '../src/index.ts'
import { changeOf, mutation } from '../src/mutation/index.ts'
import { type PageContext, type Pages, observePages } from '../src/pages/index.ts'

interface City {
  readonly id: number
  readonly name: string
}
declare const cache: Cache
declare function saveName(name: string): Promise<City>
const cityOf = (id: number) =>
  subject({ key: ['city', id], loader: async (): Promise<City | undefined> => ({ id, name: 'Bern' }) })

describe('optimistic changes', () => {
  it('infer the value and the input from a subject', () => {
    mutation(cache, saveName, {
      optimistic: (name) => [
        changeOf(cityOf(7), (city, input) => {
          expectTypeOf(city).toEqualTypeOf<City>()
          expectTypeOf(input).toEqualTypeOf<string>()
          return { ...city, name }
        }),
      ],
    })
    // @ts-expect-error A city has no such member, and its id is a number.
    changeOf(cityOf(7), (city) => ({ ...city, id: 'seven' }))
    // What a component selects is not what is stored.
    const selected = subject({ key: 'city', loader: () => ({ name: 'Bern' }), options: { select: ({ name }) => name } })
    changeOf(selected, (city) => {
      expectTypeOf(city).toEqualTypeOf<{ name: string }>()
      return city
    })
  })

  it('take a parameter that says what the value is, beside others', () => {
    mutation(cache, saveName, {
      optimistic: (name) => [
        { key: ['city', 7], update: (city: City) => ({ ...city, name }) },
        { key: 'names', update: (names: readonly string[], input) => [...names, input] },
        changeOf(cityOf(8), (city) => ({ ...city, name })),
      ],
    })
  })

  it('do not guess what is stored under a key', () => {
    mutation(cache, saveName, {
      optimistic: () => [
        {
          key: ['city', 7],
          update: (city, input) => {
            expectTypeOf(city).toEqualTypeOf<unknown>()
            expectTypeOf(input).toEqualTypeOf<string>()
            return city
          },
        },
      ],
    })
  })
})

describe('a subject with options beside it', () => {
  it('shows what these select', () => {
    const shared = subject({ key: 'city', loader: () => ({ name: 'Bern' }), options: { tags: ['cities'] } })
    const { options } = subjectOf(shared, { select: ({ name }) => name.length })
    expectTypeOf(options?.select).returns.toEqualTypeOf<number>()
    expectTypeOf(subjectOf(shared, { enabled: false })).toEqualTypeOf(shared)
  })
})

interface Page {
  readonly cities: readonly City[]
  readonly after: string | null
}

describe('the items of a list', () => {
  const loadPage = async ({ cursor }: { readonly cursor: string | null }): Promise<Page> => ({
    cities: [],
    after: cursor,
  })

  it('are those of a page that is a list', () => {
    const list = observePages(cache, 'list', async ({ cursor }) => [cursor], { first: 0, next: () => 1 })
    expectTypeOf(list.snapshot().items).toEqualTypeOf<readonly number[]>()
    const frozen = observePages(cache, 'list', async (): Promise<readonly City[]> => [], { first: 0, next: () => 1 })
    expectTypeOf(frozen.snapshot().items).toEqualTypeOf<readonly City[]>()
  })

  it('are named where a page is something else', () => {
    const list = observePages(cache, 'list', loadPage, {
      first: null,
      next: ({ after }) => after,
      items: ({ cities }) => cities,
      id: ({ id }) => id,
    })
    expectTypeOf(list.snapshot().items).toEqualTypeOf<readonly City[]>()
    // @ts-expect-error `items` is missing.
    observePages(cache, 'list', loadPage, { first: null, next: ({ after }) => after })
    // @ts-expect-error One kind of page is no list.
    observePages(cache, 'list', async (): Promise<Page | City[]> => [], { first: 0, next: () => 1 })
  })

  it('may be of pages whose kind is not known', () => {
    const generic = <Each>(load: (context: PageContext<number>) => Promise<Each[]>) =>
      observePages(cache, 'list', load, { first: 0, next: () => 1, items: (page) => page })
    expectTypeOf(generic<City>).returns.toHaveProperty('snapshot')
    expectTypeOf<Pages<Page, string | null>>().toHaveProperty('pages')
  })
})
