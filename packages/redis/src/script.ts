import { createHash } from 'node:crypto'
import { type RedisArgument, toArgument } from './client.ts'
import type { Caller } from './connection.ts'

/**
 * A Lua script, sent in full the first time and by its hash from then on, and in full again when the server does not
 * know it (any more). A first try by hash would be refused, and what is sent meanwhile would overtake the second one:
 * a read would not find what was stored before it.
 */
export class Script {
  readonly #source: string
  readonly #hash: string
  /** Where it was sent in full. */
  readonly #sent = new WeakSet<Caller>()

  constructor(source: string) {
    this.#source = source
    this.#hash = createHash('sha1').update(source).digest('hex')
  }

  async run(caller: Caller, keys: readonly string[], args: readonly RedisArgument[]): Promise<unknown> {
    const rest = [keys.length, ...keys, ...args].map(toArgument)
    if (!this.#sent.has(caller)) {
      this.#sent.add(caller)
      return caller.call('EVAL', this.#source, ...rest)
    }
    try {
      return await caller.call('EVALSHA', this.#hash, ...rest)
    } catch (error) {
      if (!String(error).includes('NOSCRIPT')) throw error
      return caller.call('EVAL', this.#source, ...rest)
    }
  }
}
