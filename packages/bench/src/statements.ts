/** How long it takes to find the tables of a statement that was not seen before, and of one that was. */
import { readTables } from '@hotpath/db/sql'

/** A statement with a place for a number that makes it another one. */
const STATEMENTS: Readonly<Record<string, string>> = {
  'by key': 'select * from tickets where id = $1 and 1 <> N',
  'three joins':
    'select t.id, t.title, u.name, count(c.id) as comments from tickets t join users u on u.id = t.owner left join comments c on c.ticket = t.id where t.status = $1 and t.team in (select team from members where person = $2) and 1 <> N group by t.id, t.title, u.name order by t.created desc limit 20',
  'with and union':
    'with open as (select * from tickets where status = $1), mine as (select * from open where owner = $2) select id, title from mine union all select id, title from archive where owner = $2 and 1 <> N',
  insert:
    'insert into tickets (id, title, status) values ($1, $2, $3) on conflict (id) do update set title = excluded.title, priority = N',
}

/** Prints p50 and p99 for each of them. */
export function statements(quick: boolean): Promise<void> {
  const rounds = quick ? 5_000 : 50_000
  let next = 1
  console.log('statement         first time: p50    p99    again: p50')
  for (const [name, sql] of Object.entries(STATEMENTS)) {
    const first = times(rounds, () => sql.replace('N', String(next++)))
    const again = times(rounds, () => sql)
    const column = (value: number): string => `${value.toFixed(2)} µs`.padStart(10)
    console.log(`${name.padEnd(20)}${column(first[0])}${column(first[1])}${column(again[0])}`)
  }
  return Promise.resolve()
}

/** The median and the 99th percentile, in microseconds. */
function times(rounds: number, make: () => string): readonly [number, number] {
  const taken: number[] = []
  let tables = 0
  for (let round = 0; round < rounds; round++) {
    const sql = make()
    const start = performance.now()
    tables += readTables(sql, 'postgres').reads.length
    taken.push((performance.now() - start) * 1_000)
  }
  if (tables < 0) throw new Error('unreachable')
  taken.sort((one, other) => one - other)
  return [taken[Math.floor(rounds / 2)] ?? 0, taken[Math.floor(rounds * 0.99)] ?? 0]
}
