/** As much of the driver adapters of Prisma as is needed: `@prisma/driver-adapter-utils`, version 7. */
import { wrongClient } from '../driver/assert-client.ts'

/** The SQL that an adapter takes. */
export type PrismaProvider = 'mysql' | 'postgres' | 'sqlite' | 'sqlserver'

/** A statement. */
export interface PrismaQuery {
  /** SQL. */
  sql: string
  /** For its placeholders. */
  args: unknown[]
  /** What they are. */
  argTypes: never[]
}

/** What a statement returned. */
export interface PrismaResult<Type = number> {
  /** Names of the columns. */
  columnNames: string[]
  /** Prisma's types of the columns. */
  columnTypes: Type[]
  /** One array for each row. */
  rows: unknown[][]
  /** Key of the row that was inserted last; not PostgreSQL. */
  lastInsertId?: string
}

/** What runs statements. */
export interface PrismaQueryable<Type = number> {
  /** Which SQL it takes. */
  readonly provider: PrismaProvider
  /** Name of its package. */
  readonly adapterName: string
  /** Runs a statement that returns rows. */
  queryRaw(query: PrismaQuery): Promise<PrismaResult<Type>>
  /** Runs a statement, and returns how many rows it changed. */
  executeRaw(query: PrismaQuery): Promise<number>
}

/** A transaction that is open. */
export interface PrismaTransaction<Type = number> extends PrismaQueryable<Type> {
  /** How it is ended. */
  readonly options: {
    /** Whether `commit` sends `COMMIT`; otherwise who calls it has to. */
    readonly usePhantomQuery: boolean
  }
  /** Commits it, and gives the connection back. */
  commit(): Promise<void>
  /** Undoes it, and gives the connection back. */
  rollback(): Promise<void>
}

/** A connected adapter. */
export interface PrismaAdapter extends PrismaQueryable {
  /** Runs several statements. */
  executeScript(script: string): Promise<void>
  /** Begins a transaction. */
  startTransaction(isolationLevel?: never): Promise<PrismaTransaction>
  /** What Prisma has to know of the database. */
  getConnectionInfo?(): {
    /** Schema of the tables. */
    schemaName?: string
    /** How many arguments a statement may have. */
    maxBindValues?: number
    /** Whether relations can be loaded by joins. */
    supportsRelationJoins: boolean
  }
  /** Ends its connections. */
  dispose(): Promise<void>
}

/** What `PrismaClient` takes as `adapter`: `new PrismaPg(…)` and the like. */
export interface PrismaFactory {
  /** Which SQL it takes. */
  readonly provider: PrismaProvider
  /** Name of its package. */
  readonly adapterName: string
  /** Connects. */
  connect(): Promise<PrismaAdapter>
}

let connected: WeakMap<PrismaFactory, Promise<PrismaAdapter>> | undefined

/** @throws ConfigError for what is not an adapter. */
export function assertFactory(factory: unknown): asserts factory is PrismaFactory {
  const { connect, adapterName } = (factory ?? {}) as Partial<PrismaFactory>
  if (typeof connect === 'function' && typeof adapterName === 'string') return
  throw wrongClient('factory', 'a driver adapter of Prisma', factory, 'Use for example `new PrismaPg(…)`.')
}

/** The adapter of a factory: one for the optimizer and for Prisma. */
export function connectedOf(factory: PrismaFactory): Promise<PrismaAdapter> {
  connected ??= new WeakMap()
  const known = connected.get(factory)
  if (known !== undefined) return known
  const adapter = factory.connect()
  connected.set(factory, adapter)
  // The next one tries again.
  adapter.catch(() => connected?.delete(factory))
  return adapter
}

/** Ends it. Whoever needs it again connects anew. */
export async function disconnect(factory: PrismaFactory): Promise<void> {
  const adapter = connected?.get(factory)
  connected?.delete(factory)
  await (await adapter)?.dispose()
}
