/** The screens in Vue; where their cities come from is what differs. */
import { type App, type Plugin, type Ref, type VNode, createApp, defineComponent, h, nextTick, shallowRef } from 'vue'
import { type City, counts } from './cities.ts'
import type { Library, Screen } from './library.ts'

/** What a library has for components. */
export interface Composables {
  /** What the app uses. */
  readonly plugin: Plugin
  readonly useCities: () => Readonly<Ref<readonly City[] | undefined>>
  readonly useCity: (id: number) => Readonly<Ref<City | undefined>>
  /** Renames a city: shown at once. */
  readonly useRename: () => (city: City) => void
  readonly invalidate: () => void
  readonly forget: () => unknown
  readonly observers?: () => number
}

export function vueLibrary({ plugin, useCities, useCity, useRename, ...rest }: Composables): Library {
  const apps = new Map<HTMLElement, { readonly app: App; readonly screen: Ref<Screen> }>()

  const Name = defineComponent({
    props: { id: { type: Number, required: true } },
    setup({ id }) {
      const city = useCity(id)
      return () => (counts.renders++, h('p', city.value?.name))
    },
  })

  const List = defineComponent(() => {
    const cities = useCities()
    return () => {
      counts.renders++
      const rows = (cities.value ?? []).map(({ id, name }) => h('li', { key: id }, name))
      return h('ol', rows)
    }
  })

  const Rename = defineComponent({
    props: { id: { type: Number, required: true } },
    setup({ id }) {
      const city = useCity(id)
      const rename = useRename()
      const onClick = (): void => rename({ id, name: `renamed ${id}` })
      return () => (counts.renders++, h('button', { onClick }, city.value?.name))
    },
  })

  function nodes(screen: Screen): VNode[] {
    switch (screen.type) {
      case 'names':
        return Array.from({ length: screen.count }, (_, id) => h(Name, { key: id, id: screen.isShared ? 0 : id }))
      case 'list':
        return [h(List)]
      case 'detail':
        return [h(Name, { key: screen.id, id: screen.id })]
      default:
        return [h(Rename, { key: screen.id, id: screen.id })]
    }
  }

  function open(container: HTMLElement, screen: Screen): void {
    const shown = shallowRef(screen)
    const app = createApp(() => nodes(shown.value)).use(plugin)
    app.mount(container)
    apps.set(container, { app, screen: shown })
  }

  return {
    ...rest,
    async show(container, screen) {
      const known = apps.get(container)
      if (screen === undefined) {
        known?.app.unmount()
        apps.delete(container)
      } else if (known === undefined) open(container, screen)
      else {
        known.screen.value = screen
        await nextTick()
      }
    },
  }
}
