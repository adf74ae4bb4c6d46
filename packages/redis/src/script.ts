import { createHash } from 'node:crypto'
import { type RedisArgument, toArgument } from './client.ts'
import type { Caller } from './connection.ts'

/** A Lua script, sent by its hash, and in full when the server does not know it (any more). */
export class Script {
  readonly #source: string
  readonly #hash: string

  constructor(source: string) {
    this.#source = source
    this.#hash = createHash('sha1').update(source).digest('hex')
  }

  async run(caller: Caller, keys: readonly string[], args: readonly RedisArgument[]): Promise<unknown> {
    const rest = [keys.length, ...keys, ...args].map(toArgument)
    try {
      return await caller.call('EVALSHA', this.#hash, ...rest)
    } catch (error) {
      if (!String(error).includes('NOSCRIPT')) throw error
      return caller.call('EVAL', this.#source, ...rest)
    }
  }
}
