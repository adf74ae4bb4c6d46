import { parseArgs } from 'node:util'
import { StartError } from './start-error.ts'

/** What the command line and the environment ask for. */
export interface Arguments {
  /** End after the load and the write instead of serving on. */
  readonly once: boolean
  /** Print the usage and end. */
  readonly help: boolean
  /** 0 means any free port. */
  readonly port: number
  /** Share what is cached with other services over this Redis. */
  readonly redis: string | undefined
  /** Share what is cached with the other services of this machine, and keep it, in a file. */
  readonly store: 'sqlite' | undefined
}

/** How to call the program. */
export const USAGE = `Usage: ./scripts/start [--once] [--redis URL | --store sqlite] [--verbose]

  --once      end after the load and the write (on a free port, unless PORT is set)
  --redis     share what is cached over this Redis, for example redis://127.0.0.1:6379
  --store     sqlite: share what is cached with other services of this machine over data/cache.db, and keep it there
  --verbose   show all that the set-up prints
  --help      show this

PORT chooses the port, 3000 by default.`

/**
 * Reads the arguments.
 *
 * @throws StartError for an unknown argument, a value that an argument cannot have, or a PORT that is no port.
 */
export function readArguments(args: readonly string[], env: { readonly PORT?: string | undefined }): Arguments {
  const { once, help, redis, store } = parse(args)
  return {
    once,
    help,
    redis: urlOf(redis),
    store: storeOf(store, redis),
    port: env.PORT === undefined || env.PORT === '' ? (once ? 0 : 3000) : portOf(env.PORT),
  }
}

function parse(args: readonly string[]): {
  readonly once: boolean
  readonly help: boolean
  readonly redis?: string | undefined
  readonly store?: string | undefined
} {
  const flag = { type: 'boolean', default: false } as const
  try {
    // `--verbose` belongs to ./scripts/start, which hands all of its arguments on.
    const text = { type: 'string' } as const
    const options = { once: flag, help: flag, verbose: flag, redis: text, store: text }
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, { cause: error })
  }
}

function urlOf(text: string | undefined): string | undefined {
  if (text === undefined || /^rediss?:\/\//.test(text)) return text
  throw new StartError(
    `\`--redis\` must be an address, received ${JSON.stringify(text)}. Use for example redis://127.0.0.1:6379.`,
  )
}

function storeOf(text: string | undefined, redis: string | undefined): 'sqlite' | undefined {
  if (text === undefined) return undefined
  if (text !== 'sqlite') {
    throw new StartError(`\`--store\` must be sqlite, received ${JSON.stringify(text)}. Leave it out to keep nothing.`)
  }
  if (redis === undefined) return 'sqlite'
  throw new StartError('`--store` and `--redis` each say where what is cached is shared. Use one of them.')
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new StartError(
    `\`PORT\` must be a number from 0 to 65535, received ${JSON.stringify(text)}. Use for example PORT=3001.`,
  )
}
