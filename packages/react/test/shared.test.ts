import { createCache, memory } from '@hotpath/core'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, it } from 'vitest'
import { CacheProvider, subject, useCached, useSuspenseCached } from '../src/index.ts'

const cityOf = (id: number) =>
  subject({
    key: ['city', id],
    loader: async () => ({ name: 'Bern' }),
    options: { tags: ['cities'], select: ({ name }) => name },
  })

it('a component shows what it selects of an object that is shared', async () => {
  const cache = createCache({ name: 'shared', tiers: [memory({ maxEntries: 10 })] })
  await cache.set(['city', 7], { name: 'Bern' })
  function City() {
    const { data: name } = useCached(cityOf(7), { enabled: false })
    const { data: length } = useCached(cityOf(7), { select: (city) => city.name.length })
    const { data: letter } = useSuspenseCached(cityOf(7), { select: (city) => city.name.at(0) })
    return [name, length, letter].join()
  }
  expect(renderToString(createElement(CacheProvider, { cache }, createElement(City)))).toBe('Bern,4,B')
  const wrong = createElement(() => useCached(cityOf(7), { staleTime: 1 } as never).data as string)
  expect(() => renderToString(createElement(CacheProvider, { cache }, wrong))).toThrow('no option `staleTime`')
  const select = (({ name }: { readonly name: string }) => name) as never
  const selecting = [
    () => useCached(cityOf(7), select).status,
    () => useCached('city', async () => ({ name: 'Bern' }), select).status,
  ]
  for (const component of selecting) {
    const app = createElement(CacheProvider, { cache }, createElement(component))
    expect(() => renderToString(app)).toThrow('Write `{ select: (city) => city.name }`')
  }
  await cache.close()
})
