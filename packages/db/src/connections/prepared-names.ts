/**
 * Names that statements are prepared under. A prepared statement keeps the types of its parameters for as long as it
 * lives, whatever becomes of the columns; so with each change of the schema all get other names, and those of before are
 * given back by each connection when it is used the next time. No name is used twice, also not by another optimizer on the
 * same connections, which gives back its own: clients keep them.
 */
import { randomUUID } from 'node:crypto'
import { digestOf } from '@hotpath/contract'
import type { DatabaseConnection } from '../driver/driver.ts'

/** What a connection keeps prepared, since which change of the schema. */
interface Kept {
  readonly generation: number
  readonly names: Set<string>
}

/** The names of one optimizer. */
export class PreparedNames {
  readonly #max: number
  readonly #own = randomUUID().slice(0, 8)
  readonly #bySql = new Map<string, string>()
  readonly #kept = new WeakMap<object, Kept>()
  #generation = 0
  /** In this generation, also those that are not used any more. */
  #prepared = 0
  #made = 0

  /** @param max - How many a connection keeps at most. */
  constructor(max: number) {
    this.#max = max
  }

  /** The name of a statement; one is made where it may be. */
  of(sql: string, mayMake: boolean): string | undefined {
    const known = this.#bySql.get(sql)
    if (known !== undefined || !mayMake || this.#prepared >= this.#max) return known
    this.#prepared++
    const name = `hotpath_${digestOf(sql).slice(0, 16)}_${this.#own}_${++this.#made}`
    this.#bySql.set(sql, name)
    return name
  }

  /** It is not run under this name any more. */
  forget(sql: string): void {
    this.#bySql.delete(sql)
  }

  /** None is, any more. */
  schemaChanged(): void {
    this.#bySql.clear()
    this.#generation++
    this.#prepared = 0
  }

  /** Called before a connection runs a statement under a name: it gives back what it keeps of another schema. */
  async use(connection: DatabaseConnection, name: string): Promise<void> {
    const kept = this.#kept.get(connection.identity)
    if (kept?.generation === this.#generation) {
      kept.names.add(name)
      return
    }
    this.#kept.set(connection.identity, { generation: this.#generation, names: new Set([name]) })
    if (kept === undefined) return
    // One may be missing, as it failed to be prepared or somebody else gave it back; then the rest goes with the connection.
    await connection.run([...kept.names].map((one) => `deallocate ${one}`).join('; '), []).catch(() => {})
  }
}
