/** What `PrismaClient` takes as its adapter: statements go through the optimizer. */
import { ConfigError } from '@hotpath/contract'
import { assertKind } from '../orm/assert-kind.ts'
import { copyOf } from '../driver/row-makers.ts'
import { OrmSession } from '../orm/orm-session.ts'
import type { Isolation, QueryOptimizer } from '../query-optimizer.ts'
import type { WireForm, WireQueryResult } from '../read/wire.ts'
import {
  type PrismaAdapter,
  type PrismaFactory,
  type PrismaProvider,
  type PrismaQuery,
  type PrismaQueryable,
  type PrismaResult,
  type PrismaTransaction,
  assertFactory,
  connectedOf,
  disconnect,
} from './driver-adapter.ts'

/** A transaction, as Prisma has it. */
export interface OptimizedPrismaTransaction extends PrismaTransaction<never> {
  /** Sets a savepoint. */
  createSavepoint(name: string): Promise<void>
  /** Undoes what came after it. */
  rollbackToSavepoint(name: string): Promise<void>
  /** Keeps what came after it. */
  releaseSavepoint(name: string): Promise<void>
}

/** An adapter, as Prisma has it. */
export interface OptimizedPrismaAdapter extends PrismaQueryable<never> {
  /** Rejects: run scripts by the adapter itself. */
  executeScript(script: string): Promise<void>
  /** Begins a transaction. */
  startTransaction(isolationLevel?: string): Promise<OptimizedPrismaTransaction>
  /** That of the adapter. */
  getConnectionInfo(): NonNullable<ReturnType<NonNullable<PrismaAdapter['getConnectionInfo']>>>
  /** Ends the connections of the adapter. */
  dispose(): Promise<void>
}

/** For the option `adapter` of `PrismaClient`. */
export interface OptimizedPrismaFactory {
  /** Which SQL it takes. */
  readonly provider: PrismaProvider
  /** Name of the package of the adapter. */
  readonly adapterName: string
  /** Connects. */
  connect(): Promise<OptimizedPrismaAdapter>
}

/**
 * An adapter for `PrismaClient` whose reads are served by the cache and whose writes invalidate. Queries stay as they are.
 *
 * @param db - With the driver `prismaDriver(factory)`.
 * @param factory - The same adapter.
 * @throws ConfigError for an optimizer of another driver, and for what is not an adapter.
 */
export function prismaAdapter(db: QueryOptimizer, factory: PrismaFactory): OptimizedPrismaFactory {
  assertKind(db, 'prisma', 'prismaDriver(factory)')
  assertFactory(factory)
  const { provider, adapterName } = factory
  return {
    provider,
    adapterName,
    async connect() {
      const adapter = await connectedOf(factory)
      return {
        ...queryable(factory, new OrmSession(db, { isOneCall: true })),
        executeScript: refuseScript,
        startTransaction: (isolation) => begin(db, factory, isolation),
        getConnectionInfo: () => adapter.getConnectionInfo?.() ?? { supportsRelationJoins: false },
        dispose: () => disconnect(factory),
      }
    },
  }
}

async function begin(
  db: QueryOptimizer,
  factory: PrismaFactory,
  level: string | undefined,
): Promise<OptimizedPrismaTransaction> {
  const session = new OrmSession(db)
  const isolation = level?.toLowerCase() as Isolation | undefined
  await session.control({ type: 'begin', options: isolation === undefined ? {} : { isolation } })
  return {
    ...queryable(factory, session),
    // `commit` and `rollback` do all of it.
    options: { usePhantomQuery: true },
    commit: () => session.control({ type: 'commit' }),
    rollback: () => session.control({ type: 'rollback' }),
    createSavepoint: (name) => session.control({ type: 'savepoint', name }),
    rollbackToSavepoint: (name) => session.control({ type: 'rollback-to', name }),
    releaseSavepoint: (name) => session.control({ type: 'release', name }),
  }
}

function queryable({ provider, adapterName }: PrismaFactory, session: OrmSession): PrismaQueryable<never> {
  return {
    provider,
    adapterName,
    queryRaw: (query) => run(session, query, false).then(resultOf),
    executeRaw: (query) => run(session, query, true).then((result) => result?.wire.rowCount ?? 0),
  }
}

function run(
  session: OrmSession,
  { sql, args, argTypes }: PrismaQuery,
  isCount: boolean,
): Promise<WireQueryResult<unknown> | undefined> {
  // The same values as other types may be other values to the database.
  const form: WireForm = { rows: 'none', run: { name: JSON.stringify(argTypes), how: { argTypes, isCount } } }
  // Nothing that is kept says how many rows a statement concerned.
  return session.run(sql, args, form, isCount ? { cache: false } : {})
}

function resultOf(result: WireQueryResult<unknown> | undefined): PrismaResult<never> {
  const { columns = [], rows = [], header } = result?.wire ?? {}
  const { lastInsertId } = (header ?? {}) as { readonly lastInsertId?: string }
  return {
    columnNames: columns.map(([name]) => name),
    columnTypes: columns.map(([, type]) => type as never),
    rows: rows.map((row) => row.map(copyOf)),
    ...(lastInsertId !== undefined && { lastInsertId }),
  }
}

function refuseScript(): Promise<never> {
  return Promise.reject(
    new ConfigError(
      'ERR_CONFIG_OPTION',
      'What a script changes is not seen. Run it by the adapter without the optimizer.',
    ),
  )
}
