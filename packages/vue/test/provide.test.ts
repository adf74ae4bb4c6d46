import { createCache, memory } from '@hotpath/core'
import { describe, expect, it } from 'vitest'
import { createSSRApp, ref } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { cachePlugin, subject, useCached, useInfiniteCached, useMutation } from '../src/index.ts'

const cache = createCache({ name: 'test', tiers: [memory({ maxEntries: 10 })] })
const appOf = (setup: () => unknown) => createSSRApp({ setup: () => () => String(setup()) })

describe('the cache of an app', () => {
  it('is not known outside of `setup`', () => {
    expect(() => useMutation(async () => 1)).toThrow('`useMutation` must be called in `setup`.')
  })

  it('that is missing is named, with what to do', async () => {
    const app = appOf(() => useCached('city', async () => 'Bern').status.value)
    await expect(renderToString(app)).rejects.toMatchObject({
      code: 'ERR_CONFIG_NO_CACHE',
      message: expect.stringMatching(
        /^`useCached` must have a cache.*call `app.use\(cachePlugin\(cache\)\)`/,
      ) as unknown,
    })
  })

  it('is refused when it is none', () => {
    expect(() => cachePlugin({} as never)).toThrow('`cache` must be what `createCache` returned')
  })

  it('of another copy of the package is the same', async () => {
    // A module of its own, as one that is installed twice.
    const copy: string = '../src/provide.ts?copy'
    const other = (await import(copy)) as { cachePlugin: typeof cachePlugin }
    expect(other.cachePlugin).not.toBe(cachePlugin)
    const app = appOf(() => useCached('city', async () => 'Bern').status.value)
    expect(await renderToString(app.use(other.cachePlugin(cache)))).toBe('pending')
  })
})

it('options that are wrong fail in `setup`', async () => {
  const wrong = [
    () => useCached('city', 1 as never),
    () => useCached('city', () => 1, { enable: true } as never),
    () => useCached(Symbol('city') as never, () => 1),
    () =>
      useCached(
        () => null as never,
        () => 1,
      ),
    () => useCached(['city', ref(42) as never], () => 1),
    // Not in `options`.
    () => useCached({ key: 'city', loader: () => 1, tags: ['cities'] } as never),
  ]
  for (const setup of wrong) {
    const app = createSSRApp({ setup: () => (setup(), () => '') }).use(cachePlugin(cache))
    await expect(renderToString(app)).rejects.toThrow(/must be|no option|Put options into|=> \['city', id.value\]/)
  }
})

it('options that are no options of Vue say what to write', async () => {
  const loader = async () => ({ name: 'Bern' })
  const select = (city: { readonly name: string }) => city.name
  const on = ref(true)
  const wrong: [() => unknown, RegExp][] = [
    [() => useCached('city', loader, select as never), /a getter of one.*`{ select: \(city\) => city.name }`/],
    [() => useCached({ key: 'city', loader }, select as never), /a getter of one.*`{ select: \(city\) => city.name }`/],
    [() => useCached('city', loader, { enabled: on } as never), /`\(\) => \({ enabled: ref.value }\)`/],
  ]
  for (const [setup, message] of wrong) {
    const app = createSSRApp({ setup: () => (setup(), () => '') }).use(cachePlugin(cache))
    await expect(renderToString(app)).rejects.toThrow(message)
  }
})

it('components go on when the cache is closed, as after a log-out in another tab', async () => {
  const closed = createCache({ name: 'test', tiers: [memory({ maxEntries: 10 })] })
  const key = ref('city')
  const app = createSSRApp({
    async setup() {
      const { status, data, refetch } = useCached(key, async () => key.value)
      await refetch()
      const before = [status.value, data.value]
      await closed.close()
      key.value = 'other'
      return () => [...before, status.value, data.value].join()
    },
  })
  expect(await renderToString(app.use(cachePlugin(closed)))).toBe('pending,,failed,')
})

it('`snapshot` is all fields in one ref, of a value, a list and a mutation', async () => {
  const seen: unknown[] = []
  const app = createSSRApp({
    async setup() {
      const city = useCached('snapshot', async () => 'Bern')
      const list = useInfiniteCached('list', async () => ['Bern'], { first: null, next: () => null })
      const { mutate, snapshot } = useMutation(async (name: string) => name)
      seen.push(city.snapshot.value.status, list.snapshot.value.status, snapshot.value.status)
      await Promise.all([city.refetch(), list.refetch()])
      seen.push(city.snapshot.value.data, city.data.value, list.snapshot.value.items)
      void mutate('Berne')
      return () => [city.snapshot.value.status, list.snapshot.value.hasNext].join()
    },
  })
  expect(await renderToString(app.use(cachePlugin(cache)))).toBe('ready,false')
  expect(seen).toEqual(['pending', 'pending', 'idle', undefined, undefined, []])
})

it('a component shows what it selects of an object that is shared, by a getter of options, too', async () => {
  const open = createCache({ name: 'shared', tiers: [memory({ maxEntries: 10 })], ttl: '5m' })
  const cityOf = (id: number) => subject({ key: ['city', id], loader: async () => ({ id, name: 'Bern' }) })
  const app = createSSRApp({
    async setup() {
      const [id, letters] = [ref(7), ref(2)]
      const city = useCached(
        () => cityOf(id.value),
        () => {
          const count = letters.value
          return { select: (of: { id: number; name: string }) => of.id + of.name.slice(0, count) }
        },
      )
      const plain = useCached(cityOf(7), { enabled: false })
      await city
      const shown = [city.data.value]
      letters.value = 3
      shown.push(city.data.value)
      id.value = 8
      await city
      await plain
      shown.push(city.data.value, plain.data.value?.name)
      return () => shown.join()
    },
  })
  expect(await renderToString(app.use(cachePlugin(open)))).toBe('7Be,7Ber,8Ber,Bern')
  await open.close()
})
