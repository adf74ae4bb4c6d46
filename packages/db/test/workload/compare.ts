/**
 * Compares what the optimizer returns with what the database returns, on a workload that is drawn from a seed: reads,
 * writes, transactions with savepoints and rollbacks, changes of the schema, and writes past us that are reported. Two
 * optimizers with caches of their own share a log and a tier, as two processes do.
 */
import { type Cache, createCache, memory } from '@hotpath/core'
import { createMemoryLog, shared } from '@hotpath/core/shared'
import { asyncTier, createRandom, createSharedLog, createSharedStore, type SeededRandom } from '@hotpath/testkit'
import { type DatabaseTransaction, type QueryOptimizer, createQueryOptimizer } from '../../src/index.ts'
import { type Engine, placeholders } from '../engines/engine.ts'
import { schemaOf } from './schema.ts'
import { type Drawn, drawDdl, drawRead, drawWrite } from './statements.ts'

/** What a run covered. */
export interface Compared {
  readonly statements: number
  readonly hits: number
  readonly differences: readonly string[]
}

/** Runs it. */
export async function compareWorkload(
  engine: Engine,
  { seed, statements }: { readonly seed: number; readonly statements: number },
): Promise<Compared> {
  await engine.exec(...schemaOf(engine.dialect))
  const run = new Run(engine, createRandom(seed))
  try {
    while (run.statements < statements && run.differences.length === 0) await run.step()
    return { statements: run.statements, hits: run.hits, differences: run.differences }
  } finally {
    await run.close()
  }
}

interface Node {
  readonly cache: Cache
  readonly db: QueryOptimizer
}

class Run {
  statements = 0
  hits = 0
  readonly differences: string[] = []
  readonly #engine: Engine
  readonly #random: SeededRandom
  readonly #nodes: readonly Node[]
  readonly #recent: string[] = []
  readonly #reads: Drawn[] = []
  #token: string | undefined
  #direct = new Map<string, string>()

  constructor(engine: Engine, random: SeededRandom) {
    this.#engine = engine
    this.#random = random
    const log = createSharedLog(() => createMemoryLog())
    const store = createSharedStore()
    this.#nodes = [1, 2].map(() => {
      const cache = createCache({
        name: 'load',
        tiers: [memory({ maxEntries: 500 }), asyncTier(store)],
        log: () => log.connect(),
        shared,
      })
      return { cache, db: createQueryOptimizer({ cache, driver: engine.driver(), schemaCheck: '10m' }) }
    })
  }

  async step(): Promise<void> {
    const random = this.#random
    const { db } = random.pick(this.#nodes)
    const dice = random.int(1_000)
    if (dice < 820) await this.#compare(db, this.#drawRead())
    else if (dice < 930) await this.#write(db, drawWrite(random, this.#engine.dialect))
    else if (dice < 980) await this.#transaction(db)
    else if (dice < 989) await this.#together(db)
    else if (dice < 997) await this.#past(db)
    else await this.#ddl(db)
  }

  async close(): Promise<void> {
    for (const { db, cache } of this.#nodes) {
      await db.close()
      await cache.close()
    }
  }

  /** Mostly one of the last ones, as applications read. */
  #drawRead(): Drawn {
    if (this.#reads.length >= 24 && this.#random.chance(0.85)) return this.#random.pick(this.#reads)
    const drawn = drawRead(this.#random, this.#engine.dialect)
    this.#reads.push(drawn)
    if (this.#reads.length > 24) this.#reads.shift()
    return drawn
  }

  #sql({ sql }: Drawn): string {
    return placeholders(sql, this.#engine.dialect)
  }

  #note(what: string): void {
    this.statements++
    this.#recent.push(what)
    if (this.#recent.length > 30) this.#recent.shift()
  }

  async #compare(db: QueryOptimizer, drawn: Drawn): Promise<void> {
    const sql = this.#sql(drawn)
    const id = JSON.stringify([sql, drawn.params])
    this.#note(`${this.#nameOf(db)} ${id}`)
    const after = this.#token === undefined ? {} : { after: this.#token as never }
    let found: string
    let source = 'error'
    try {
      const { rows, stats } = await db.executeWithStats(sql, drawn.params, after)
      found = shown(rows)
      ;({ source } = stats)
    } catch (error) {
      found = messageOf(error)
    }
    if (source !== 'database' && source !== 'error') this.hits++
    const known = this.#direct.get(id)
    const direct = known ?? (await this.#engine.direct(sql, drawn.params).then(shown, messageOf))
    this.#direct.set(id, direct)
    if (found !== direct)
      this.differences.push([...this.#recent, `${source}: ${found}`, `direct: ${direct}`].join('\n'))
  }

  async #write(db: QueryOptimizer, drawn: Drawn): Promise<void> {
    this.#note(`${this.#nameOf(db)} ${this.#sql(drawn)} ${JSON.stringify(drawn.params)}`)
    this.#direct.clear()
    try {
      const { stats } = await db.executeWithStats(this.#sql(drawn), drawn.params)
      this.#token = stats.token ?? this.#token
    } catch (error) {
      this.#recent.push(`  failed: ${messageOf(error)}`)
    }
  }

  async #transaction(db: QueryOptimizer): Promise<void> {
    const random = this.#random
    this.#direct.clear()
    this.#note(`${this.#nameOf(db)} begin`)
    const isolation = random.pick([undefined, undefined, 'read committed', 'repeatable read'] as const)
    try {
      await db.transaction((tx) => this.#within(tx, 0), {
        isolation: this.#engine.dialect === 'sqlite' ? undefined : isolation,
        onCommit: (token) => {
          this.#token = token
        },
      })
      this.#recent.push('commit')
    } catch (error) {
      this.#recent.push(`rollback: ${messageOf(error)}`)
    }
  }

  async #within(tx: DatabaseTransaction, depth: number): Promise<void> {
    const random = this.#random
    const { dialect } = this.#engine
    for (let count = 1 + random.int(4); count > 0; count--) {
      if (random.chance(0.4)) await this.#compareWithin(tx, drawRead(random, dialect))
      else if (depth < 2 && random.chance(0.25)) {
        this.#note('savepoint')
        await tx
          .transaction((inner) => this.#within(inner, depth + 1))
          .catch((error: unknown) => {
            this.#recent.push(`undone: ${messageOf(error)}`)
            if (!(error instanceof Undo)) throw error
          })
      } else {
        const drawn = drawWrite(random, dialect)
        this.#note(`  ${this.#sql(drawn)} ${JSON.stringify(drawn.params)}`)
        await tx.query(this.#sql(drawn), drawn.params)
      }
    }
    if (random.chance(0.3)) throw new Undo('undo')
  }

  async #compareWithin(tx: DatabaseTransaction, drawn: Drawn): Promise<void> {
    this.#note(`  ${this.#sql(drawn)} ${JSON.stringify(drawn.params)}`)
    const { rows, stats } = await tx.executeWithStats(this.#sql(drawn), drawn.params)
    const direct = shown(await tx.query(this.#sql(drawn), drawn.params, { cache: false }))
    if (shown(rows) !== direct) {
      this.differences.push([...this.#recent, `${stats.source}: ${shown(rows)}`, `direct: ${direct}`].join('\n'))
    }
  }

  /** Many at once, whose order is that of the database; what they leave behind is compared. */
  async #together(db: QueryOptimizer): Promise<void> {
    const random = this.#random
    const { dialect } = this.#engine
    const reads = Array.from({ length: 6 }, () => drawRead(random, dialect))
    const tokens: string[] = []
    this.#note('together')
    this.#direct.clear()
    const running = reads.flatMap((read) => {
      const write = drawWrite(random, dialect)
      this.#note(`  ${this.#sql(write)} ${JSON.stringify(write.params)}`)
      this.#note(`  ${this.#sql(read)} ${JSON.stringify(read.params)}`)
      const other = random.pick(this.#nodes).db
      return [
        db.query(this.#sql(read), read.params),
        other
          .executeWithStats(this.#sql(write), write.params)
          .then(({ stats }) => void tokens.push(String(stats.token))),
        other.query(this.#sql(read), read.params),
      ]
    })
    await Promise.allSettled(running)
    for (const { cache } of this.#nodes) for (const token of tokens) await cache.get('none', { after: token as never })
    this.#token = tokens.at(-1) ?? this.#token
    for (const read of reads) for (const node of this.#nodes) await this.#compare(node.db, read)
  }

  async #past(db: QueryOptimizer): Promise<void> {
    const drawn = drawWrite(this.#random, this.#engine.dialect)
    this.#note(`past us: ${this.#sql(drawn)} ${JSON.stringify(drawn.params)}`)
    this.#direct.clear()
    await this.#engine.direct(this.#sql(drawn), drawn.params).catch(() => {})
    const tables = ['people', 'tasks', 'notes', 'words', 'pairs', 'history', 'parts']
    const named = tables.filter((table) => drawn.sql.includes(table))
    this.#token = await db.invalidateTables([...named, ...(drawn.sql.includes('totals') ? ['totals'] : [])])
  }

  async #ddl(db: QueryOptimizer): Promise<void> {
    this.#direct.clear()
    for (const sql of drawDdl(this.#random, this.#engine.dialect)) {
      this.#note(`${this.#nameOf(db)} ${sql}`)
      try {
        const { stats } = await db.executeWithStats(sql)
        this.#token = stats.token ?? this.#token
      } catch (error) {
        this.#recent.push(`  failed: ${messageOf(error)}`)
      }
    }
  }

  #nameOf(db: QueryOptimizer): number {
    return this.#nodes.findIndex((node) => node.db === db) + 1
  }
}

class Undo extends Error {}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Rows in an order of their own: that of the database is not said. */
function shown(rows: readonly unknown[]): string {
  return rows
    .map((row) => JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)))
    .toSorted()
    .join('\n')
}
