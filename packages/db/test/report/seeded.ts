/** A shop with known faults, and its twin without them; the same statements are run on both. */
import { placeholders } from '../engines/engine.ts'
import type { Dialect, Queryable } from '../../src/index.ts'

/** Rows of each large table. */
const ROWS = 20_000

const TABLES: readonly string[] = [
  'create table customers (id integer primary key, email varchar(60), city varchar(20), zip varchar(20))',
  'create table orders (id integer primary key, customer integer, status varchar(20), created integer, total integer, note varchar(100), foreign key (customer) references customers (id))',
  'create table events (id integer primary key, kind varchar(20), at integer)',
]
const CUSTOMERS = `n, 'c' || n || '@example.org', 'city ' || (n % 100), 'zip ' || (n % 100)`
const ORDERS = `n, 1 + n % 5000, case n % 3 when 0 then 'open' when 1 then 'paid' else 'sent' end, n * 7 % 20011, n * 13 % 10007, 'note of order ' || n`
const EVENTS = `n, 'kind ' || (n % 5), n`

/** PostgreSQL counts what a connection did once it has been idle for some seconds, or at once when asked. */
export const COUNT_NOW = 'select pg_stat_force_next_flush()'

/** Statements that fill the shop. */
export function shop(dialect: Dialect): readonly string[] {
  return [
    ...TABLES,
    // As the others write it.
    ...(dialect === 'mysql' ? ["set session sql_mode = 'PIPES_AS_CONCAT'"] : []),
    ...[fill('customers', CUSTOMERS, dialect), fill('orders', ORDERS, dialect), fill('events', EVENTS, dialect)],
    // Otherwise the rows are counted as changed after what is analyzed next.
    ...(dialect === 'postgres' ? [COUNT_NOW] : []),
  ]
}

function fill(table: string, values: string, dialect: Dialect): string {
  switch (dialect) {
    case 'postgres':
      return `insert into ${table} select ${values} from generate_series(1, ${ROWS}) n`
    case 'sqlite':
      return `insert into ${table} with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${ROWS}) select ${values} from numbers`
    case 'mysql':
      return `insert into ${table} select ${values} from (select seq as n from seq_1_to_${ROWS}) numbers`
  }
}

/** What the twin has that the faulty one lacks. */
export function mends(dialect: Dialect): readonly string[] {
  const analyzed = ['customers', 'orders', 'events'].map((table) =>
    dialect === 'mysql' ? `analyze table ${table}` : `analyze ${table}`,
  )
  return [
    'create index customers_email on customers (email)',
    'create index orders_customer on orders (customer)',
    ...(dialect === 'postgres' ? ['create statistics cities on city, zip from customers'] : []),
    ...analyzed,
  ]
}

/** What the faulty one has besides. */
export function faults(dialect: Dialect): readonly string[] {
  const analyzed = ['customers', 'orders'].map((table) =>
    dialect === 'mysql' ? `analyze table ${table}` : `analyze ${table}`,
  )
  return ['create index orders_created_once on orders (created)', 'create index events_at on events (at)', ...analyzed]
}

/** What both have. */
export const INDEXES: readonly string[] = [
  'create index orders_created on orders (created, total)',
  'create index customers_city on customers (city)',
]

/** Statements of an application. */
export async function work(db: Queryable, dialect: Dialect): Promise<void> {
  const run = (sql: string, params: readonly unknown[] = []): Promise<unknown> =>
    db.query(placeholders(sql, dialect), params, { cache: false })
  for (let round = 0; round < 3; round++) {
    const place = 1 + round * 1_001
    await run('select id, city from customers where email = ?', [`c${place}@example.org`])
    await run('select id from customers where city = ? and zip = ?', [`city ${round}`, `zip ${round}`])
    await run('select id, total from orders where created = ?', [place])
    await run('update orders set note = ? where id = ?', ['changed', place])
    // All of these read most of a table, as they have to.
    await run('select status, count(*) as n from orders group by status')
    await run('select id, total from orders where status = ?', ['open'])
    await run('select * from orders order by note')
    await run('select o.id, c.email from orders o join customers c on c.id = o.customer where o.total > ?', [0])
    await run('select kind, count(*) as n from events group by kind')
    await run('select id from customers where id = ?', [place])
    await run('select max(created) as created from orders where created < ?', [place])
  }
  for (let id = 1; id <= 100; id++) await run('select at from events where id = ?', [id])
}
