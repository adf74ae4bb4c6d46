/** A cache for each user, as the guide to Vue has it. */
import { onScopeEnd } from '@hotpath/browser'
import { provideCache, useCache, useCached } from '@hotpath/vue'
import { createUserCaches } from 'city-page-example/user-caches'
import { createApp, defineComponent, h, onUnmounted, ref } from 'vue'

const caches = createUserCaches()

const OneUser = defineComponent({
  emits: ['ended'],
  setup(_, { emit, slots }) {
    const own = caches.open()
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
  caches.show(useCache())
  const { data } = useCached('greeting', async () => `Hello ${caches.user()}`)
  return () => h('p', data.value)
})

/** See `UserCaches`. */
export function visit(): Promise<unknown> {
  return caches.visit((container) => {
    const app = createApp(() => h(UserCache, () => h(Greeting)))
    app.mount(container)
    return () => app.unmount()
  })
}
