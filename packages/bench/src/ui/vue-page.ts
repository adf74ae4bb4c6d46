/** Vue with each library, in one page. */
import { useLibraries } from './measure.ts'
import { bare } from './vue-bare.ts'
import { hotpath } from './vue-hotpath.ts'
import { vueLibrary } from './vue-screens.ts'
import { tanstack } from './vue-tanstack.ts'

const composables = { bare, hotpath, tanstack }
useLibraries(Object.fromEntries(Object.entries(composables).map(([name, one]) => [name, vueLibrary(one)])))

export { invalidateMany, leaveMany, mountUs, routes, shared, showMany, use } from './measure.ts'
