/** What composables do in a page. */
import { type Cache, createCache, memory } from '@hotpath/core'
import { hydrate } from '@hotpath/observe/server-rendering'
import { cachePlugin, useCached, useInfiniteCached, useMutation } from '@hotpath/vue'
import {
  type App,
  type Component,
  KeepAlive,
  Suspense,
  createApp,
  createSSRApp,
  defineComponent,
  h,
  reactive,
  ref,
} from 'vue'
import { CITY, Page } from '../apps.ts'

interface City {
  readonly name: string
}

// What a bundler of an app defines.
Object.assign(globalThis, {
  __VUE_OPTIONS_API__: true,
  __VUE_PROD_DEVTOOLS__: false,
  __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: true,
})

const complaints: string[] = []
addEventListener('error', ({ message }) => complaints.push(message))
addEventListener('unhandledrejection', ({ reason }) => complaints.push(`unhandled: ${String(reason)}`))
// Vue warns there of what is wrong with components.
console.warn = (...parts: unknown[]) => complaints.push(parts.map(String).join(' '))

function complained(): string[] {
  return complaints.splice(0)
}

interface Screen {
  readonly cache: Cache
  readonly container: HTMLElement
  shows(expected: string): Promise<void>
  click(): void
  leave(): Promise<void>
}

interface Setting {
  readonly make?: (component: Component) => App
  /** What a server sent: the page, and values. */
  readonly html?: string
  readonly json?: string
  /** Stored by another tab before the page has taken over. */
  readonly stored?: string | undefined
}

function screenOf(component: Component, { make = createApp, html = '', json, stored }: Setting = {}): Screen {
  const cache = createCache({ name: 'test', tiers: [memory({ maxEntries: 10_000 })], ttl: '5m' })
  const container = document.body.appendChild(document.createElement('div'))
  container.innerHTML = html
  if (json !== undefined) hydrate(cache, json)
  if (stored !== undefined) void cache.set(CITY, stored)
  const app = make(component).use(cachePlugin(cache))
  app.mount(container)
  return {
    cache,
    container,
    async shows(expected) {
      for (let turn = 0; container.textContent !== expected; turn++) {
        if (turn === 500) throw new Error(`It shows '${container.textContent}', not '${expected}'.`)
        await new Promise((resolve) => void setTimeout(resolve, 10))
      }
    },
    click: () => container.querySelector('button')?.click(),
    async leave() {
      app.unmount()
      container.remove()
      await cache.close()
    },
  }
}

async function quiet(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => void setTimeout(resolve, 0))
}

/** A hundred components on one key: one load, and one more run of each for it, and none for what none of them uses. */
export async function hundred(): Promise<unknown> {
  const counts = { loads: 0, renders: 0 }
  const load = async (): Promise<string> => {
    counts.loads++
    await quiet()
    return 'Bern'
  }
  const Name = defineComponent(() => {
    const { data } = useCached('city', load)
    return () => {
      counts.renders++
      return data.value
    }
  })
  const screen = screenOf(() => Array.from({ length: 100 }, () => h(Name)))
  await screen.shows('Bern'.repeat(100))
  await screen.cache.invalidate([{ key: 'city' }])
  await quiet()
  await screen.leave()
  return { ...counts, complaints: complained() }
}

/** The key is a getter: what was loaded for the one before is aborted, and shown until there is one of the new key. */
export async function keyChanges(): Promise<unknown> {
  const aborted: number[] = []
  const seen: string[] = []
  const id = ref(1)
  const City = defineComponent(() => {
    const { data, isPlaceholder } = useCached(
      () => ['city', id.value],
      async ({ signal, key }) => {
        const own = (key as readonly number[])[1] as number
        signal.addEventListener('abort', () => aborted.push(own))
        if (own === 2) await new Promise(() => {})
        return own
      },
      { keepPrevious: true, select: (value) => `n${value}` },
    )
    return () => {
      const shown = `${data.value}${isPlaceholder.value ? '?' : ''}`
      if (seen.at(-1) !== shown) seen.push(shown)
      return shown
    }
  })
  const screen = screenOf(City)
  await screen.shows('n1')
  id.value = 2
  await screen.shows('n1?')
  await quiet()
  id.value = 3
  await screen.shows('n3')
  await screen.leave()
  return { seen, aborted, complaints: complained() }
}

/** Options that are reactive, and changed in place. */
export async function reactiveOptions(): Promise<unknown> {
  const options = ref({ enabled: false, refetchOn: { focus: true } })
  const first = reactive({ first: 0, enabled: false, next: () => undefined })
  const City = defineComponent(() => {
    const { data } = useCached('city', async () => 'Bern', options)
    const { items } = useInfiniteCached('list', async () => ['Chur'], first)
    return () => `${data.value} ${items.value.join()}`
  })
  const screen = screenOf(City)
  await screen.shows('undefined ')
  options.value.enabled = true
  await screen.shows('Bern ')
  first.enabled = true
  await screen.shows('Bern Chur')
  await screen.leave()
  return complained()
}

/** One object of key, loader and options, as a getter; and a key that is reactive itself, which is changed in place. */
export async function subjects(): Promise<unknown> {
  const id = ref(1)
  const key = reactive(['city', 1])
  const cityOf = (city: number) => ({
    key: ['city', city],
    loader: async () => city,
    options: { select: (value: number) => `s${value}` },
  })
  const City = defineComponent(() => {
    const subject = useCached(() => cityOf(id.value))
    const reactiveKey = useCached(key, ({ key: own }) => (own as readonly number[])[1])
    return () => `${subject.data.value} ${reactiveKey.data.value}`
  })
  const screen = screenOf(City)
  await screen.shows('s1 1')
  id.value = 2
  await screen.shows('s2 1')
  key[1] = 3
  await screen.shows('s2 3')
  const keys = [1, 2, 3].map((city) => screen.cache.peek(['city', city]))
  await screen.leave()
  return { keys, complaints: complained() }
}

/** A component that is gone while it is loaded, one that waits in `setup`, and proxies, which are not stored. */
export async function leaveAwaitAndProxies(): Promise<unknown> {
  let aborted = 0
  const isShown = ref(true)
  const Never = defineComponent(() => {
    const { status } = useCached('never', ({ signal }) => {
      signal.addEventListener('abort', () => aborted++)
      return new Promise<string>(() => {})
    })
    return () => status.value
  })
  const Waits = defineComponent(async () => {
    const { data, error } = await useCached('city', async () => ({ city: reactive({ name: 'Bern' }) }))
    return () => `${data.value?.city.name}${error.value === undefined ? '' : '!'}`
  })
  const screen = screenOf(() => [
    isShown.value ? h(Never) : '',
    h(Suspense, null, { default: () => h(Waits), fallback: () => 'waiting' }),
  ])
  await screen.shows('pendingBern')
  isShown.value = false
  await screen.shows('Bern')
  await quiet()
  const stored = screen.cache.peek<{ readonly city: City }>('city')
  structuredClone(stored)
  await screen.leave()
  return { aborted, stored, complaints: complained() }
}

/** A component that `KeepAlive` keeps is not on screen: nothing is loaded for it until it is shown again. */
export async function keptAlive(): Promise<unknown> {
  let loads = 0
  const isShown = ref(true)
  const Kept = defineComponent(() => {
    const { data } = useCached('city', async () => `Bern ${++loads}`)
    return () => data.value
  })
  const screen = screenOf(() => h(KeepAlive, () => (isShown.value ? h(Kept) : null)))
  await screen.shows('Bern 1')
  isShown.value = false
  await screen.shows('')
  await screen.cache.invalidate([{ key: 'city' }])
  await quiet()
  const hidden = loads
  isShown.value = true
  await screen.shows('Bern 2')
  await screen.leave()
  return { hidden, loads, complaints: complained() }
}

/** Loaders that do what they should not, and a mutation that never settles while its component is gone. */
export async function bad(): Promise<unknown> {
  const loaders: Record<string, () => unknown> = {
    throws: () => {
      throw new Error('none')
    },
    rejects: () => Promise.reject('a string'),
    nothing: () => undefined,
  }
  const isShown = ref(true)
  const One = defineComponent({
    props: { name: { type: String, required: true } },
    setup({ name }) {
      const { status, error } = useCached(name, () => loaders[name]?.())
      return () => `${name}:${status.value}:${String((error.value as Error | undefined)?.message ?? error.value)};`
    },
  })
  const Never = defineComponent(() => {
    const { mutate, status } = useMutation(() => new Promise<never>(() => {}))
    return () => h('button', { onClick: () => void mutate() }, status.value)
  })
  const screen = screenOf(() => [
    ...Object.keys(loaders).map((name) => h(One, { key: name, name })),
    isShown.value ? h(Never) : '',
  ])
  const shown = 'throws:failed:none;rejects:failed:a string;nothing:ready:undefined;'
  await screen.shows(`${shown}idle`)
  screen.click()
  await screen.shows(`${shown}pending`)
  isShown.value = false
  await screen.shows(shown)
  await screen.leave()
  return complained()
}

/** A change that is shown at once, and taken back when it fails. */
export async function mutations(): Promise<unknown> {
  let stored: City = { name: 'Bern' }
  let refuses = false
  let release = (): void => {}
  const Rename = defineComponent(() => {
    const { data } = useCached('city', async () => stored)
    const { mutate, status } = useMutation(
      async (city: City) => {
        await new Promise<void>((resolve) => (release = resolve))
        if (refuses) throw new Error('refused')
        stored = city
      },
      { optimistic: () => [{ key: 'city', update: (_before: City, city) => city }] },
    )
    return () =>
      h('button', { onClick: () => void mutate(reactive({ name: 'Berne' })) }, `${data.value?.name} ${status.value}`)
  })
  const screen = screenOf(Rename)
  await screen.shows('Bern idle')
  screen.click()
  await screen.shows('Berne pending')
  refuses = true
  release()
  await screen.shows('Bern failed')
  refuses = false
  screen.click()
  await screen.shows('Berne pending')
  release()
  await screen.shows('Berne ready')
  await screen.leave()
  return complained()
}

/** A list whose pages are added, and another list in its place. */
export async function lists(): Promise<unknown> {
  const first = ref(0)
  const List = defineComponent(() => {
    const { items, fetchNext } = useInfiniteCached(
      () => ['list', first.value],
      async ({ cursor }: { readonly cursor: number }) => [cursor, cursor + 1],
      () => ({ first: first.value, next: (last: readonly number[]) => (last[1] ?? 0) + 1 }),
    )
    return () => h('button', { onClick: fetchNext }, items.value.join())
  })
  const screen = screenOf(List)
  await screen.shows('0,1')
  screen.click()
  await screen.shows('0,1,2,3')
  first.value = 10
  await screen.shows('10,11')
  await screen.leave()
  return complained()
}

/** Takes over what a server rendered, and loads what is invalidated then. */
export async function takeOver(html: string, json: string, stored?: string): Promise<unknown> {
  const screen = screenOf(() => h(Page, { where: 'page' }), { make: createSSRApp, html, json, stored })
  await quiet()
  const after = screen.container.textContent
  await screen.cache.invalidate([{ key: CITY }])
  await screen.shows('Bern of the page')
  await screen.leave()
  return { after, complaints: complained() }
}
