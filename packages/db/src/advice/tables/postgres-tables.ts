/** Reads tables, indexes and foreign keys of PostgreSQL. */
import type { AskRows, DatabaseFacts, TableFacts } from './table-facts.ts'

const IS_PLAIN = 'i.indpred is null and i.indexprs is null'
const PARTS = `from unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[], i.indoption::int2[]) with ordinality k (attnum, class, coll, option, at)
  join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum where k.at <= i.indnkeyatts`
const PAGES = `(pg_relation_size(c.oid) / current_setting('block_size')::int8)`
/**
 * Statistics of columns are shown to those who may read the table. They are out of date when half of the rows have changed since. Rows that were inserted right before count as
 * changed after, so those have to show in the size of the table.
 */
const TABLES = `select n.nspname || '.' || c.relname as name, c.oid::regclass::text as "sqlName",
    case when c.reltuples >= 0 and c.relpages > 0 then c.reltuples::float8 * ${PAGES} / c.relpages else coalesce(s.n_live_tup, 0) end as rows,
    ((not has_table_privilege(c.oid, 'select') or exists (select from pg_stats p where p.schemaname = n.nspname and p.tablename = c.relname)) and not (coalesce(s.n_mod_since_analyze, 0) > c.reltuples / 2 + 1000
      and (${PAGES} > c.relpages * 1.5 or s.n_tup_upd + s.n_tup_del > s.n_mod_since_analyze / 2))) as "hasStatistics",
    (coalesce(s.seq_scan, 0) + coalesce(s.idx_scan, 0))::float8 as reads,
    (select json_agg(a.attname order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
    coalesce((select json_agg(json_build_object('name', i.indexrelid::regclass::text,
        'columns', case when ${IS_PLAIN} then (select json_agg(a.attname order by k.at) ${PARTS}) else '[]'::json end,
        'parts', case when ${IS_PLAIN} then (select json_agg(concat_ws(' ', k.attnum, k.class, k.coll, k.option) order by k.at) ${PARTS}) else '[]'::json end,
        'isUnique', i.indisunique, 'isConstraint', exists (select from pg_constraint f where f.conindid = i.indexrelid),
        'method', m.amname || ' ' || (i.indnatts - i.indnkeyatts),
        'uses', pg_stat_get_numscans(i.indexrelid)) order by i.indexrelid)
      from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam where i.indrelid = c.oid and i.indisvalid), '[]'::json) as indexes,
    coalesce((select json_agg((select json_agg(a.attname order by k.at) from unnest(f.conkey) with ordinality k (attnum, at)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum))
      from pg_constraint f where f.conrelid = c.oid and f.contype = 'f'), '[]'::json) as "foreignKeys"
  from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_stat_user_tables s on s.relid = c.oid
  where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`

/** Reads them. */
export async function readPostgresTables(ask: AskRows): Promise<DatabaseFacts> {
  const tables = await ask<{ readonly facts: string | TableFacts }>(
    `select row_to_json(t)::text as facts from (${TABLES}) t`,
  )
  const [memory] = await ask<{ readonly bytes: unknown }>(
    `select pg_size_bytes(current_setting('work_mem'))::text as bytes`,
  )
  const [extension] = await ask<{ readonly schema: string }>(
    `select quote_ident(n.nspname) as schema from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'hypopg'`,
  )
  const facts = tables.map(({ facts: one }) => (typeof one === 'string' ? (JSON.parse(one) as TableFacts) : one))
  return {
    tables: new Map(facts.map((one) => [one.name, one])),
    sortMemoryBytes: Number(memory?.bytes),
    hypopg: extension?.schema,
    unknown: [],
  }
}
