/** A cache for each user, as the guide to Vue has it. */
import { createBrowserCache, endScope, onScopeEnd } from '@hotpath/browser'
import type { Cache } from '@hotpath/observe'
import { provideCache, useCache, useCached } from '@hotpath/vue'
import { createApp, defineComponent, h, onUnmounted, ref } from 'vue'

let user = 'ann'
const opened: Cache[] = []
const shown: Cache[] = []
const complaints: string[] = []
addEventListener('unhandledrejection', ({ reason }) => complaints.push(String(reason)))
for (const level of ['error', 'warn'] as const)
  console[level] = (...parts: unknown[]) => complaints.push(parts.map(String).join(' '))

function openCache(): Cache {
  const cache = createBrowserCache({ name: 'user-cache', scope: user, ttl: '5m' })
  opened.push(cache)
  cache.on('fault', ({ error }) => complaints.push(error.message))
  return cache
}

const OneUser = defineComponent({
  emits: ['ended'],
  setup(_, { emit, slots }) {
    const own = openCache()
    const stop = onScopeEnd(own, () => emit('ended'))
    onUnmounted(() => {
      stop()
      void own.close()
    })
    provideCache(own)
    return () => slots['default']?.()
  },
})

const UserCache = defineComponent((_, { slots }) => {
  const session = ref(0)
  return () => h(OneUser, { key: session.value, onEnded: () => session.value++ }, slots)
})

const Greeting = defineComponent(() => {
  const cache = useCache()
  if (!shown.includes(cache)) shown.push(cache)
  const { data } = useCached('greeting', async () => `Hello ${user}`)
  return () => h('p', data.value)
})

/** How many are open: for the first user, for the second, and when the component has gone; and which were shown. */
export async function visit(): Promise<unknown> {
  const container = document.body.appendChild(document.createElement('div'))
  const app = createApp(() => h(UserCache, () => h(Greeting)))
  app.mount(container)
  await holds(() => container.textContent === 'Hello ann')
  const [first] = await open()
  const counts = [(await open()).length]
  user = 'bea'
  await endScope(first as Cache)
  await holds(() => container.textContent === 'Hello bea')
  const [second] = await open()
  counts.push((await open()).length)
  app.unmount()
  await holds(async () => (await open()).length === 0 && (await heldLocks()).length === 0)
  return {
    counts,
    isOneEach: shown[0] === first && shown[1] === second && shown.length === 2,
    complaints,
  }
}

async function open(): Promise<Cache[]> {
  const isOpen = await Promise.all(
    opened.map((cache) =>
      cache.get('greeting').then(
        () => true,
        () => false,
      ),
    ),
  )
  return opened.filter((_, index) => isOpen[index])
}

async function heldLocks(): Promise<readonly (string | undefined)[]> {
  const { held = [] } = await navigator.locks.query()
  return held.map(({ name }) => name).filter((name) => name?.includes('user-cache'))
}

async function holds(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; !(await condition()); turn++) {
    if (turn === 300)
      throw new Error(`It shows '${document.body.textContent}', and holds ${(await heldLocks()).join()}.`)
    await new Promise((resolve) => void setTimeout(resolve, 10))
  }
}
