/**
 * Two readers and two writers on one row, in an order that a scheduler chooses. The database is SQLite with a connection
 * for each of them, over a file in WAL mode: readers have snapshots, as on a server.
 */
import { DatabaseSync } from 'node:sqlite'
import { createCache, memory } from '@hotpath/core'
import type { Scheduler } from '@hotpath/testkit'
import { sqlite } from '../../src/driver/sqlite.ts'
import type { DatabaseConnection, DatabaseDriver, createQueryOptimizer } from '../../src/index.ts'

/** What can be mistaken. */
export type Making = typeof createQueryOptimizer

/** Whether a writer gives up, and whether the response to its commit is lost. */
export interface Plot {
  readonly writers: readonly ('statement' | 'commit' | 'rollback' | 'lost')[]
  readonly readers: number
}

const READ = 'select v from counter where id = 1'
const WRITE = 'update counter set v = v + 1 where id = 1'

/** The database of all schedules. */
export class Counter {
  readonly #connections: DatabaseDriver[]
  readonly #databases: DatabaseSync[]

  constructor(path: string) {
    this.#databases = Array.from({ length: 5 }, () => new DatabaseSync(path, { timeout: 0 }))
    this.#databases[0]?.exec('pragma journal_mode = wal; create table counter (id integer primary key, v integer)')
    for (const database of this.#databases) database.exec('pragma synchronous = off')
    this.#connections = this.#databases.map((database) => sqlite(database))
  }

  close(): void {
    for (const database of this.#databases) database.close()
  }

  /** Plays a plot; what the cache serves in the end and what is true, and what a writer missed of its own. */
  async play(
    make: Making,
    scheduler: Scheduler,
    { writers, readers }: Plot,
  ): Promise<{ readonly isStale: boolean; readonly isTrusted: boolean }> {
    const [direct] = this.#databases
    direct?.exec('delete from counter; insert into counter values (1, 0)')
    const cache = createCache({ name: 'explored', tiers: [memory({ maxEntries: 100 })] })
    let isScheduled = true
    const turn = (label: string): Promise<void> => (isScheduled ? scheduler.turn(label) : Promise.resolve())
    const db = make({
      cache,
      driver: this.#driver(turn, writers.includes('lost')),
      schemaCheck: '1h',
      leakAfter: false,
    })
    isScheduled = false
    await db.query('select v from counter where id = 2')
    isScheduled = true
    let isTrusted = true
    const valueOf = async (): Promise<number> => (await db.query<{ v: number }>(READ))[0]?.v ?? -1
    for (let at = 0; at < readers; at++) {
      void scheduler.spawn(`reader ${at}`, async () => {
        await valueOf()
        await turn('again')
        await valueOf()
      })
    }
    for (const [at, writer] of writers.entries()) {
      void scheduler.spawn(`writer ${at}`, async () => {
        const before = Number(direct?.prepare(READ).get()?.['v'])
        await write(db, writer)
        // What was true before the write began, and what it added, has to be seen by the one who wrote.
        const own = writer === 'rollback' || writer === 'lost' ? 0 : 1
        if ((await valueOf()) < before + own) isTrusted = false
      })
    }
    await scheduler.run()
    isScheduled = false
    const cached = await valueOf()
    const isStale = cached !== Number(direct?.prepare(READ).get()?.['v'])
    await db.close()
    await cache.close()
    return { isStale, isTrusted }
  }

  /** Lends the connections, one to each caller; every statement is two turns, one on its way and one back. */
  #driver(turn: (label: string) => Promise<void>, losesCommits: boolean): DatabaseDriver {
    const free = this.#connections.slice(1)
    const [first] = this.#connections as [DatabaseDriver]
    const scheduled = (connection: DatabaseConnection, back: () => void): DatabaseConnection => ({
      identity: connection.identity,
      isEmbedded: false,
      isUntouched: true,
      get inTransaction() {
        return connection.inTransaction
      },
      isInTransaction: () => connection.isInTransaction(),
      async run(sql, params) {
        await turn(`${sql} sent`)
        for (;;) {
          try {
            const result = await connection.run(sql, params)
            await turn(`${sql} done`)
            if (losesCommits && sql === 'commit') throw Object.assign(new Error('lost'), { code: 'ECONNRESET' })
            return result
          } catch (error) {
            if (!/locked|busy/i.test(String(error))) throw error
            await turn('waits for a lock')
          }
        }
      },
      release() {
        connection.release()
        back()
      },
    })
    return {
      ...first,
      identity: 'counter',
      async acquire() {
        const driver = free.pop()
        if (driver === undefined) throw new Error('more callers than connections')
        return scheduled(await driver.acquire(), () => free.push(driver))
      },
    }
  }
}

async function write(db: ReturnType<Making>, how: Plot['writers'][number]): Promise<void> {
  if (how === 'statement') {
    await db.query(WRITE)
    return
  }
  const done = db.transaction(async (tx) => {
    await tx.query(WRITE)
    if (how === 'rollback') throw new Error('undo')
  })
  if (how === 'commit') await done
  else await done.catch(() => {})
}
