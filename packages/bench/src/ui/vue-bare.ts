import { onMounted, onUnmounted, shallowRef } from 'vue'
import { bareCity, forgetBare, invalidateBare, onBareCity } from './bare-store.ts'
import type { Composables } from './vue-screens.ts'

/** No library at all: what Vue itself costs. */
export const bare: Composables = {
  plugin: () => {},
  useCities: () => shallowRef([]),
  useCity(id) {
    const city = shallowRef(bareCity(id))
    let stop = (): void => {}
    onMounted(() => (stop = onBareCity(id, () => (city.value = bareCity(id)))))
    onUnmounted(() => stop())
    return city
  },
  useRename: () => () => {},
  invalidate: invalidateBare,
  forget: forgetBare,
}
