import { createCache, memory } from '@hotpath/core'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { CacheProvider, useCached, usePrefetch, useSuspenseCached } from '../src/index.ts'

const cache = createCache({ name: 'test', tiers: [memory({ maxEntries: 10 })] })

function City(): unknown {
  return useCached('city', async () => 'Bern').status
}

const element = (component: unknown) => createElement(component as () => null)

describe('a provider', () => {
  it('that is missing is named, with what to do', () => {
    expect(() => renderToString(element(City))).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIG_NO_CACHE',
        message: expect.stringMatching(
          /^`useCached` needs a `CacheProvider`\..*render `<CacheProvider cache/,
        ) as unknown,
        context: { hook: 'useCached' },
      }),
    )
  })

  it('refuses what is no cache', () => {
    const page = createElement(CacheProvider, { cache: {} as never })
    expect(() => renderToString(page)).toThrow('`cache` must be what `createCache` returned')
  })

  it('of another copy of the package is the same', async () => {
    // A module of its own, as one that is installed twice.
    const copy: string = '../src/context.ts?copy'
    const other = (await import(copy)) as { CacheProvider: typeof CacheProvider }
    expect(other.CacheProvider).not.toBe(CacheProvider)
    expect(renderToString(createElement(other.CacheProvider, { cache }, element(City)))).toBe('pending')
  })
})

const of = { key: 'city', loader: async () => 'Bern' }

it('options that are wrong fail when the component is rendered', () => {
  const wrong = [
    () => useCached('city', 1 as never).status,
    () => useCached('city', () => 1, { enable: true } as never).status,
    () => useCached(Symbol('city') as never, () => 1).status,
    () => String(usePrefetch({ key: 'city', loader: () => 1 }, 'never' as never)),
    // Not in `options`.
    () => useCached({ ...of, tags: ['cities'] } as never).status,
    () => useSuspenseCached({ ...of, tags: ['cities'] } as never).status,
    () => String(usePrefetch({ ...of, tags: ['cities'] } as never)),
  ]
  for (const component of wrong) {
    expect(() => renderToString(createElement(CacheProvider, { cache }, element(component)))).toThrow(
      /must be|no option|Put options into/,
    )
  }
})

it('components are rendered when the cache is closed, as after a log-out in another tab', async () => {
  const closed = createCache({ name: 'test', tiers: [memory({ maxEntries: 10 })] })
  await closed.close()
  expect(renderToString(createElement(CacheProvider, { cache: closed }, element(City)))).toBe('pending')
})
