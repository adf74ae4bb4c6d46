/**
 * One SQLite file, opened when first asked and shared by the stores and logs of a tier.
 *
 * SQLite answers on the thread that asks, so nothing here may take long: writes of one turn of the event loop share a
 * transaction, which ends after a few milliseconds and goes on in the next turn; and for a lock that another process
 * holds we wait outside, with a timer.
 */
import { statSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { adviceOn, isBusy } from './advice.ts'
import { bootId, isSameBoot } from './boot.ts'
import { sqliteModule } from './module.ts'
import { LOG_TABLES, createTables } from './schema.ts'
import { unavailable } from '../sql-error.ts'

/** A database that is open. */
export interface OpenDatabase {
  readonly connection: DatabaseSync
  /** Prepares a statement once. */
  prepare(sql: string): StatementSync
  /** Identity of the file. */
  readonly life: string
}

/** What is to be written, within a transaction. */
type Job<Result> = (db: OpenDatabase) => Result

interface Waiting {
  readonly job: Job<unknown>
  readonly resolve: (result: never) => void
  readonly reject: (error: unknown) => void
}

/** How long SQLite itself may wait for a lock: so little that the event loop does not notice. */
const LOCK_MS = 2
/** How long we wait for one. */
const PATIENCE_MS = 5_000
/** Longest pause between two attempts. */
const MAX_PAUSE_MS = 8
/** A transaction takes in no more jobs after this. */
const BUDGET_MS = 3
const MEMORY = ':memory:'

export class SqliteDatabase {
  readonly #path: string
  readonly #listeners = new Set<() => void>()
  #users = 0
  #db: DatabaseSync | undefined
  #open: Promise<OpenDatabase> | undefined
  #inode = 0n
  #waiting: Waiting[] = []
  #isWriting = false
  /** Counts the commits of this connection, which the file's own counter leaves out. */
  #commits = 0

  constructor(path: string) {
    this.#path = path
  }

  /** Keeps the file open until what it answers with was called as often as this. */
  retain(): () => Promise<void> {
    this.#users++
    let isReleased = false
    return async () => {
      if (isReleased) return
      isReleased = true
      this.#users--
      if (this.#users === 0) await this.#close()
    }
  }

  /** Calls after every commit of this connection. */
  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Reads. What it calls must not take long. */
  read<Result>(job: Job<Result>): Promise<Result> {
    return patiently(async () => job(await this.open()))
  }

  /** Runs in a transaction, which other jobs share. */
  write<Result>(job: Job<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject })
      if (this.#isWriting) return
      this.#isWriting = true
      void this.#writeAll()
    })
  }

  /** Grows with every commit, ours or of another process. */
  version(db: OpenDatabase): string {
    const row = db.prepare('PRAGMA data_version').get()
    return `${this.#commits} ${String(row?.['data_version'])}`
  }

  /** Opens the file anew when the path leads to another one by now: deleted, or replaced from a backup. */
  checkFile(): void {
    if (this.#db === undefined || this.#path === MEMORY || inodeOf(this.#path) === this.#inode) return
    this.#db.close()
    this.#db = undefined
    this.#open = undefined
  }

  open(): Promise<OpenDatabase> {
    this.#open ??= this.#begin().catch((cause: unknown) => {
      this.#open = undefined
      throw unavailable(
        'sqlite',
        `open \`${this.#path}\``,
        cause,
        (cause) => folderAdvice(this.#path) ?? adviceOn(cause),
      )
    })
    return this.#open
  }

  async #begin(): Promise<OpenDatabase> {
    const db = new (sqliteModule().DatabaseSync)(this.#path)
    try {
      db.exec(`PRAGMA busy_timeout = ${LOCK_MS}`)
      await patiently(() => db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL'))
      const inode = this.#path === MEMORY ? 0n : inodeOf(this.#path)
      const boot = bootId()
      await patiently(() => transaction(db, () => beginLife(db, String(inode), boot)))
      const statements = new Map<string, StatementSync>()
      this.#db = db
      this.#inode = inode
      return {
        connection: db,
        life: `${inode} ${boot}`,
        prepare(sql) {
          const statement = statements.get(sql) ?? db.prepare(sql)
          statements.set(sql, statement)
          return statement
        },
      }
    } catch (error) {
      db.close()
      throw error
    }
  }

  async #writeAll(): Promise<void> {
    // All of this turn go together.
    await new Promise((resolve) => void setImmediate(resolve))
    while (this.#waiting.length > 0) {
      try {
        const settle = await patiently(async () => this.#commit(await this.open()))
        settle()
        for (const listener of [...this.#listeners]) listener()
        await new Promise((resolve) => void setImmediate(resolve))
      } catch (error) {
        for (const { reject } of this.#waiting.splice(0)) reject(error)
      }
    }
    this.#isWriting = false
  }

  /** Runs jobs until the time is up, and commits; answers with what tells those who wait. */
  #commit(db: OpenDatabase): () => void {
    const settled: (() => void)[] = []
    transaction(db.connection, () => {
      const end = performance.now() + BUDGET_MS
      for (const waiting of this.#waiting) {
        settled.push(savepoint(db, waiting))
        if (performance.now() >= end) break
      }
    })
    this.#commits++
    this.#waiting.splice(0, settled.length)
    return () => {
      for (const settle of settled) settle()
    }
  }

  async #close(): Promise<void> {
    // What waits to be written is written; the last connection to close takes the journal away.
    while (this.#isWriting) await new Promise((resolve) => void setImmediate(resolve))
    await this.#open?.catch(() => {})
    if (this.#users > 0) return
    this.#db?.close()
    this.#db = undefined
    this.#open = undefined
  }
}

/** Another file, or another start of the machine: what the logs in it acknowledged may be lost, so they begin anew. */
/** SQLite says the same of a folder as of a file that it may not open. */
function folderAdvice(path: string): string | undefined {
  const isFolder = path !== MEMORY && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  return isFolder ? " It is a folder. Name a file in it, as in `path: '/var/cache/app/cache.db'`." : undefined
}

function beginLife(db: DatabaseSync, file: string, boot: string): void {
  createTables(db)
  const row = db.prepare('SELECT file, boot FROM hotpath_schema').get() as { file: string; boot: string }
  if (row.file === file && isSameBoot(row.boot, boot)) return
  for (const table of LOG_TABLES) db.exec(`DELETE FROM ${table}`)
  db.prepare('UPDATE hotpath_schema SET file = ?, boot = ?').run(file, boot)
}

/** One job's failure is not another's. Answers with what tells who waits. */
function savepoint(db: OpenDatabase, { job, resolve, reject }: Waiting): () => void {
  db.connection.exec('SAVEPOINT job')
  try {
    const result = job(db) as never
    db.connection.exec('RELEASE job')
    return () => resolve(result)
  } catch (error) {
    try {
      db.connection.exec('ROLLBACK TO job; RELEASE job')
    } catch {
      // Some failures, a full disk for one, have ended the whole transaction.
      throw error
    }
    return () => reject(error)
  }
}

function transaction(db: DatabaseSync, run: () => void): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    run()
    db.exec('COMMIT')
  } catch (error) {
    try {
      db.exec('ROLLBACK')
    } catch {
      // It has ended already.
    }
    throw error
  }
}

/** Tries again while another process holds the lock. */
async function patiently<Result>(attempt: () => Result | Promise<Result>): Promise<Result> {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!isBusy(error) || performance.now() > end) throw error
      // Uneven, so that two who wait do not meet again and again.
      await pause(1 + Math.random() * MAX_PAUSE_MS)
    }
  }
}

function inodeOf(path: string): bigint {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? -1n
}
