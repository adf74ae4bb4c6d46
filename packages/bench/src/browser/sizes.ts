/** What the parts of a page cost after gzip, as they are built for production, beside another set of libraries. */
import { sizesOfPage } from '../../../../scripts/page-size.ts'

const FROM = {
  core: "import { createCache, memory } from '@hotpath/core'; globalThis.core = { createCache, memory }",
  cache: "import { createBrowserCache } from '@hotpath/browser'; globalThis.cache = createBrowserCache",
  scope: "import { endScope, placeholder } from '@hotpath/browser'; globalThis.scope = { endScope, placeholder }",
  follow: "import { follow } from '@hotpath/browser/follow'; globalThis.follow = follow",
  encryption:
    "import { createEncryption } from '@hotpath/browser/encryption'; globalThis.encryption = createEncryption",
  strategies: "import * as strategies from '@hotpath/browser/strategies'; globalThis.strategies = { ...strategies }",
  queries: "import { QueryClient } from '@tanstack/query-core'; globalThis.queries = QueryClient",
  persister:
    "import { persistQueryClient } from '@tanstack/query-persist-client-core'; globalThis.persister = persistQueryClient",
  keyval: "import { get, set, del } from 'idb-keyval'; globalThis.keyval = { get, set, del }",
} as const

type Part = keyof typeof FROM

/** Each of them with what comes before it in its set. */
const SETS: readonly (readonly (readonly [name: string, part: Part])[])[] = [
  [
    ['createCache, memory', 'core'],
    ['createBrowserCache', 'cache'],
    ['endScope, placeholder', 'scope'],
    ['follow', 'follow'],
    ['encryption', 'encryption'],
    ['strategies', 'strategies'],
  ],
  [
    ['query-core: QueryClient', 'queries'],
    ['persist-client-core', 'persister'],
    ['idb-keyval', 'keyval'],
  ],
]

/** Prints a table. The other set has neither tags nor a log; its tabs agree by one more library. */
export async function printSizes(): Promise<void> {
  console.log(`${'kB, gzip'.padEnd(28)} first  later    all, with what is above it`)
  for (const set of SETS) {
    for (const [index, [name]] of set.entries()) {
      const program = set
        .slice(0, index + 1)
        .map(([, part]) => FROM[part])
        .join('; ')
      const { first, later } = await sizesOfPage({ program, isDevelopment: false })
      console.log(`${name.padEnd(28)} ${kB(first)}  ${kB(later)}  ${kB(first + later)}`)
    }
    console.log()
  }
}

function kB(bytes: number): string {
  return (bytes / 1_000).toFixed(1).padStart(5)
}
