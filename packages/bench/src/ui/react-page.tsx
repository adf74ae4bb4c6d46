/** React with each library, in one page. */
import { useLibraries } from './measure.ts'
import { bare } from './react-bare.tsx'
import { hotpath } from './react-hotpath.tsx'
import { reactLibrary } from './react-screens.tsx'
import { swr } from './react-swr.tsx'
import { tanstack } from './react-tanstack.tsx'

const hooks = { bare, hotpath, tanstack, swr }
useLibraries(Object.fromEntries(Object.entries(hooks).map(([name, one]) => [name, reactLibrary(one)])))

export { invalidateMany, leaveMany, mountUs, routes, shared, showMany, use } from './measure.ts'
