/** Vue with each library, in one page. */
import { useLibraries } from './measure.ts'
import { cityOf } from './cities.ts'
import { shallowRef } from 'vue'
import { hotpath } from './vue-hotpath.ts'
import { type Composables, vueLibrary } from './vue-screens.ts'
import { tanstack } from './vue-tanstack.ts'

/** No library at all: what Vue itself costs. */
const bare: Composables = {
  plugin: () => {},
  useCities: () => shallowRef([]),
  useCity: (id) => shallowRef(cityOf(id)),
  useRename: () => () => {},
  invalidate: () => {},
  forget: () => {},
}
const composables = { bare, hotpath, tanstack }
useLibraries(Object.fromEntries(Object.entries(composables).map(([name, one]) => [name, vueLibrary(one)])))

export { many, mountUs, routes, screens, shared } from './measure.ts'
