/** `node:sqlite`, which not every runtime has. Loaded when needed: whoever uses another database need not have it. */
import type * as Sqlite from 'node:sqlite'
import { ConfigError } from '@hotpath/contract'

/** As much of `process` as says what there is; old versions have no way to ask. */
interface Runtime {
  readonly versions: { readonly node?: string | undefined; readonly bun?: string | undefined }
  readonly getBuiltinModule?: ((id: string) => object | undefined) | undefined
}

/** @throws ConfigError naming the Node that has it. */
export function sqliteModule(runtime: Runtime = process): typeof Sqlite {
  const found = runtime.getBuiltinModule?.('node:sqlite')
  if (found !== undefined) return found as typeof Sqlite
  const { node, bun } = runtime.versions
  const here = bun === undefined ? `Node ${node}` : `Bun ${bun}`
  throw new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`sqlite\` needs the module \`node:sqlite\`, which ${here} does not have. Use Node 22.13 or later.`,
  )
}
