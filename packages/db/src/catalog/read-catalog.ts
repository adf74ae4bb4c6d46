/** The reader of each dialect, and what a session is like: all that changes what a statement returns, and is no table. */
import type { Dialect } from '../statement/index.ts'
import type { DatabaseConnection } from '../driver/driver.ts'
import { askBy, text } from './ask.ts'
import type { SchemaFacts } from './database-schema.ts'
import { mysqlVersion, readMysqlCatalog } from './mysql.ts'
import { postgresVersion, readPostgresCatalog } from './postgres.ts'
import { readSqliteCatalog, sqliteVersion } from './sqlite.ts'

const VERSIONS = { postgres: postgresVersion, mysql: mysqlVersion, sqlite: sqliteVersion } as const
const READERS = { postgres: readPostgresCatalog, mysql: readMysqlCatalog, sqlite: readSqliteCatalog } as const

/** Version of the schema. */
export function schemaVersion(connection: DatabaseConnection, dialect: Dialect): Promise<string> {
  return VERSIONS[dialect](askBy(connection))
}

/** All that is known of the database. */
export function readCatalog(connection: DatabaseConnection, dialect: Dialect): Promise<SchemaFacts> {
  return READERS[dialect](askBy(connection))
}

/** What a session is like. */
export interface SessionProfile {
  /** The same for sessions that return the same. */
  readonly signature: string
  /** Whether each statement sees what others have committed. */
  readonly isReadCommitted: boolean
  /** Whether what it returns may be kept. */
  readonly isUsable: boolean
  /** Whether a pooler is between us and the server, so that nothing can be prepared. */
  readonly isPooled: boolean
}

const POSTGRES_SETTINGS =
  'TimeZone DateStyle IntervalStyle bytea_output extra_float_digits client_encoding lc_monetary lc_time xmloption xmlbinary lc_numeric array_nulls transform_null_equals quote_all_identifiers backslash_quote timezone_abbreviations default_text_search_config row_security search_path default_transaction_isolation standard_conforming_strings'
/** Of extensions; there may be none. */
const EXTENSION_SETTINGS =
  'pg_trgm.similarity_threshold pg_trgm.word_similarity_threshold pg_trgm.strict_word_similarity_threshold'
/**
 * The server, since it was started: a copy of it, or one that was made from the same image, may have the same address
 * elsewhere, the same identifier and the same schema, and behind one Redis its rows would be taken for ours.
 */
const POSTGRES_SERVER = '(extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint::text'
/** The part of a UUID that is drawn when the server starts, and its network card. MariaDB has no other name for itself. */
const MYSQL_SERVER = 'substring(uuid(), 20)'
const POSTGRES_PROFILE = `select pg_backend_pid(), (select count(*) from pg_class where relnamespace = pg_my_temp_schema()), current_setting('default_transaction_isolation'), current_setting('standard_conforming_strings'),
  ${POSTGRES_SERVER}, current_database(), (select oid::text from pg_database where datname = current_database()), current_setting('port'), inet_server_addr()::text, inet_server_port(), current_user, session_user, array_to_string(current_schemas(false), ','), ${POSTGRES_SETTINGS.split(
    ' ',
  )
    .map((name) => `current_setting('${name}')`)
    .join(', ')}, ${EXTENSION_SETTINGS.split(' ')
    .map((name) => `current_setting('${name}', true)`)
    .join(', ')}`

/** Variables of MySQL that change what a statement returns; which of them there are differs. */
const MYSQL_SETTINGS =
  'autocommit tx_isolation transaction_isolation time_zone sql_mode character_set_client character_set_results collation_connection group_concat_max_len div_precision_increment lc_time_names sql_select_limit default_week_format sql_auto_is_null character_set_connection max_sort_length block_encryption_mode system_versioning_asof default_regex_flags max_recursive_iterations old_mode windowing_use_high_precision hostname port server_id server_uuid datadir completion_type'
const MYSQL_PROFILE = `show session variables where variable_name in (${MYSQL_SETTINGS.split(' ')
  .map((name) => `'${name}'`)
  .join(', ')})`

/** How many tables a session has made; MySQL counts temporary ones among others. */
const MYSQL_MADE = "show session status where variable_name in ('Com_create_temporary_table', 'Com_create_table')"

/** Asks a session what it is like. */
export async function readProfile(connection: DatabaseConnection, dialect: Dialect): Promise<SessionProfile> {
  const ask = askBy(connection)
  if (dialect === 'sqlite') {
    const [row] = await ask('pragma read_uncommitted')
    return { signature: '', isReadCommitted: false, isUsable: text(row?.[0]) !== '1', isPooled: false }
  }
  if (dialect === 'postgres') {
    const [row = []] = await ask(POSTGRES_PROFILE)
    const [pid, temporary, isolation, conforming, ...settings] = row.map(text)
    const own = connection.serverProcess
    return {
      signature: settings.join('\0'),
      isReadCommitted: isolation === 'read committed',
      // Temporary tables hide others, and without conforming strings a backslash is not what it seems.
      isUsable: temporary === '0' && conforming === 'on',
      isPooled: typeof own === 'number' && String(own) !== pid,
    }
  }
  const [user = []] = await ask(`select ${MYSQL_SERVER}, current_user(), database()`)
  const settings = new Map((await ask(MYSQL_PROFILE)).map(([name, value]) => [text(name), text(value)]))
  const isolation = settings.get('transaction_isolation') ?? settings.get('tx_isolation')
  const mode = settings.get('sql_mode') ?? ''
  const made = new Map((await ask(MYSQL_MADE)).map(([name, value]) => [text(name), text(value)]))
  const hasTemporary = (made.get('Com_create_temporary_table') ?? made.get('Com_create_table') ?? '0') !== '0'
  return {
    signature: [
      ...user.map(text),
      ...[...settings].sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, value]) => `${name}=${value}`),
    ].join('\0'),
    isReadCommitted: isolation === 'READ-COMMITTED',
    // Temporary tables hide others, and nobody lists them. Without autocommit a read begins a transaction, and the next ones see its snapshot. The modes change how SQL is read.
    isUsable:
      !hasTemporary &&
      // What is read there may be rolled back.
      isolation !== 'READ-UNCOMMITTED' &&
      settings.get('autocommit') !== 'OFF' &&
      (settings.get('completion_type') ?? 'NO_CHAIN') === 'NO_CHAIN' &&
      !/ANSI_QUOTES|NO_BACKSLASH_ESCAPES|ORACLE|MSSQL/.test(mode),
    isPooled: false,
  }
}
