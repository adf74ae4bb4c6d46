/**
 * Random statements that run: over tables that all have the columns `id`, `a` and `b`, with the names of tables in all
 * the places where SQL lets them be, and words that look like them in strings, comments and names of columns.
 */
import type { SeededRandom } from '@hotpath/testkit'
import type { Dialect } from '../../src/statement/index.ts'
import { Spelling } from './spelling.ts'

/** Tables with the columns `id`, `a` and `b`; some of their names need quotes. */
export const TABLES = ['items', 'orders', 'people', 'Order Lines', 'select', 'set_of', 'déjà'] as const

/** One column, of SQLite: it has `x in t` for such tables. */
export const LIST = 'ids'

/** A statement and the tables that it was made of. */
export interface Generated {
  readonly sql: string
  readonly reads: ReadonlySet<string>
  readonly writes: ReadonlySet<string>
  /** Names of `with`, some of which are those of tables. */
  readonly named: ReadonlySet<string>
}

/** Makes one. */
export function randomStatement(random: SeededRandom, dialect: Dialect): Generated {
  return new Statement(random, dialect).make()
}

/** What is made of tables so far: rows come from `alias`, and names of `with` hide tables. */
interface Sight {
  readonly hidden: ReadonlyMap<string, boolean>
  readonly depth: number
}

class Statement {
  readonly #random: SeededRandom
  readonly #dialect: Dialect
  readonly #spelling: Spelling
  readonly #reads = new Set<string>()
  readonly #writes = new Set<string>()
  readonly #named = new Set<string>()
  #aliases = 0

  constructor(random: SeededRandom, dialect: Dialect) {
    this.#random = random
    this.#dialect = dialect
    this.#spelling = new Spelling(random, dialect)
  }

  make(): Generated {
    const sight: Sight = { hidden: new Map(), depth: 0 }
    const { pick, chance } = this.#random
    const kind = pick(['query', 'query', 'query', 'insert', 'update', 'delete'] as const)
    let sql =
      kind === 'query' ? this.#query(sight) : kind === 'insert' ? this.#insert(sight) : this.#change(kind, sight)
    if (chance(0.1)) sql = `${sql} ;`
    return { sql: this.#spelling.spell(sql), reads: this.#reads, writes: this.#writes, named: this.#named }
  }

  /** A query of the columns `id`, `a` and `b`, or of `a` alone. */
  #query(sight: Sight, columns = 3): string {
    const { chance, pick } = this.#random
    if (sight.depth > 3) return this.#select(sight, columns)
    if (chance(0.2)) {
      const [names, within] = this.#with(sight)
      return `${names} ${this.#select(within, columns)}`
    }
    if (chance(0.15)) {
      const operator = pick(['union', 'union all', 'intersect', 'except'])
      return `${this.#select(sight, columns)} ${operator} ${this.#select(sight, columns)}`
    }
    if (chance(0.05) && this.#dialect === 'postgres' && columns === 3) return `table ${this.#table(sight)}`
    if (chance(0.05) && columns === 3) {
      return this.#dialect === 'mysql'
        ? 'select 1 as id , 2 as a , 3 as b from dual'
        : 'select column1 as id , column2 as a , column3 as b from ( values ( 1 , 2 , 3 ) , ( 4 , 5 , 6 ) ) v'
    }
    return `${this.#select(sight, columns)}${columns === 3 && chance(0.1) ? ' order by 1 limit 7' : ''}`
  }

  #with(sight: Sight): [string, Sight] {
    const { int, pick, chance } = this.#random
    const isRecursive = chance(0.2)
    // There a query of `with` sees its own name and those after it.
    const seesAll = isRecursive || this.#dialect === 'sqlite'
    const possible = seesAll ? ['c0', 'c1', 'from_items'] : ['c0', 'from_items', 'items', 'orders']
    const names = possible.slice(int(2)).slice(0, 1 + int(2))
    const hidden = new Map(sight.hidden)
    if (seesAll) for (const name of names) hidden.delete(name)
    const queries = names.map((name) => {
      const body = this.#query({ hidden: new Map(hidden), depth: sight.depth + 1 })
      hidden.set(name, true)
      this.#named.add(name)
      const hint = this.#dialect === 'postgres' && chance(0.2) ? pick([' materialized', ' not materialized']) : ''
      return `${this.#quoted(name)}${chance(0.5) ? ' ( id , a , b )' : ''} as${hint} ( ${body} )`
    })
    return [`with ${isRecursive ? 'recursive ' : ''}${queries.join(' , ')}`, { hidden, depth: sight.depth + 1 }]
  }

  #select(sight: Sight, columns: number): string {
    const { chance, pick } = this.#random
    const [from, aliases] = this.#from(sight)
    const alias = (): string => pick(aliases)
    const first = alias()
    const list =
      columns === 1
        ? `${first} . a`
        : `${first} . id , ${this.#value(sight, alias)} as a , ${first} . b ${pick(['as b', 'b', 'as "b"', 'as b'])}`
    let sql = `select ${chance(0.1) ? 'distinct ' : ''}${list} from ${from}`
    if (chance(0.6)) sql += ` where ${this.#condition(sight, alias)}`
    if (columns === 3 && chance(0.1))
      sql = `select max( id ) as id , a , min( b ) as b from ( ${sql} ) g${++this.#aliases} group by a`
    return sql
  }

  #from(sight: Sight): [string, string[]] {
    const { int, pick, chance } = this.#random
    const aliases: string[] = []
    let sql = ''
    const count = sight.depth > 2 ? 1 : 1 + int(3)
    for (let index = 0; index < count; index++) {
      const alias = `x${++this.#aliases}`
      let source: string
      if (chance(0.15) && sight.depth < 3)
        source = `${index > 0 && this.#dialect === 'postgres' && chance(0.3) ? 'lateral ' : ''}( ${this.#query({ ...sight, depth: sight.depth + 1 })} )`
      else source = this.#table(sight)
      source += `${pick([' as', ' ', ' '])} ${alias}`
      if (index === 0) sql = source
      else if (chance(0.4)) sql += ` , ${source}`
      else if (chance(0.2)) sql += ` cross join ${source}`
      else
        sql += ` ${pick(['join', 'left join', 'inner join', 'left outer join'])} ${source} on ${this.#condition(sight, () => alias)}`
      aliases.push(alias)
    }
    if (count > 1 && chance(0.1) && !sql.includes(' , ')) sql = `( ${sql} )`
    return [sql, aliases]
  }

  #condition(sight: Sight, alias: () => string): string {
    const { pick, int } = this.#random
    const deeper = { ...sight, depth: sight.depth + 1 }
    const choice = sight.depth > 2 ? int(6) : int(10)
    const left = `${alias()} . ${pick(['id', 'a', 'b'])}`
    if (choice === 0) return `${left} = ${this.#value(sight, alias)}`
    if (choice === 1) return `${left} between 1 and 9 and ${alias()} . a <> 3`
    if (choice === 2) return `( ${left} > 1 or ${alias()} . b is null )`
    if (choice === 3) return this.#dialect === 'mysql' ? `${left} <=> 1` : `${left} is not distinct from ${alias()} . a`
    if (choice === 4) return this.#dialect === 'sqlite' ? this.#inTable(left) : `${left} in ( 1 , 2 , 3 )`
    if (choice === 5) return `not ${left} = case when ${alias()} . a = 1 then 2 else 3 end`
    if (choice === 6) return `exists ( ${this.#query(deeper)} )`
    if (choice === 7 && this.#dialect === 'sqlite') return `1 in ( ${this.#query(deeper, 1)} )`
    return `${left} ${pick(['in', 'not in'])} ( ${this.#query(deeper, 1)} )`
  }

  #inTable(left: string): string {
    this.#reads.add(LIST)
    return `${left} in ${this.#random.pick(['ids', 'main . ids', "'ids'", '"ids"'])}`
  }

  #value(sight: Sight, alias: () => string): string {
    const { int, pick } = this.#random
    const choice = sight.depth > 2 ? int(5) : int(6)
    if (choice === 0) return `${int(100)}`
    if (choice === 1)
      return this.#spelling.string(pick(['from items', "it''s from orders", '-- join people', '/* from', 'a;b']))
    if (choice === 2) return `${alias()} . a`
    if (choice === 3) return `coalesce( ${alias()} . a , ${alias()} . b )`
    if (choice === 4)
      return this.#dialect === 'sqlite'
        ? `abs( ${alias()} . a )`
        : pick([`extract( year from current_timestamp )`, `trim( both 'x' from 'xax' )`])
    return `( select max( z.a ) from ${this.#table(sight)} z )`
  }

  #insert(sight: Sight): string {
    const { chance, pick } = this.#random
    const table = pick(TABLES)
    this.#writes.add(table)
    const verbs = {
      postgres: ['insert into'],
      sqlite: ['insert into', 'insert or ignore into', 'replace into', 'insert or replace into'],
      mysql: ['insert into', 'insert', 'insert ignore into', 'replace into'],
    }
    const verb = pick(verbs[this.#dialect])
    const target = `${verb} ${this.#qualified(table)}`
    const columns = chance(0.7) ? ' ( id , a , b )' : ''
    if (chance(0.4)) {
      const value = chance(0.5) ? '5' : `( select max( z.a ) from ${this.#table(sight)} z )`
      return `${target}${columns} values ( ${this.#key()} , ${value} , 3 )${this.#tail(verb)}`
    }
    const [names, within] = chance(0.2) ? this.#with(sight) : ['', sight]
    const query = this.#query({ ...within, depth: 1 })
    return `${target}${columns} ${names} select ${this.#key()} , 1 , 2 from ( ${query} ) n${++this.#aliases} where 1 = 0`
  }

  #key(): number {
    return 1_000_000 + this.#random.int(1_000_000_000)
  }

  #tail(verb: string): string {
    const { chance } = this.#random
    if (/replace|ignore/.test(verb) || chance(0.5)) return ''
    if (this.#dialect === 'mysql') return ' on duplicate key update a = 7 , b = 8'
    return ' on conflict ( id ) do update set a = 7 , b = excluded . b where excluded . a > 3'
  }

  #change(verb: 'update' | 'delete', sight: Sight): string {
    const { chance, pick } = this.#random
    let prefix = ''
    let within = sight
    if (chance(0.15) && this.#dialect !== 'mysql') {
      const [names, inner] = this.#with(sight)
      prefix = `${names} `
      within = inner
    }
    const table = pick(TABLES)
    this.#writes.add(table)
    const name = this.#qualified(table)
    const set = 'set a = 1 , b = t . a'
    // MySQL does not read what it is changing in a subquery; the generator has one there seldom.
    const where = (): string =>
      `where ${this.#dialect === 'mysql' ? `t . a = ${this.#random.int(9)}` : this.#condition(within, () => 't')}`
    if (chance(0.3) && this.#dialect !== 'sqlite') return prefix + this.#joined(verb, name, within)
    if (chance(0.3) && this.#dialect === 'sqlite' && verb === 'update')
      return `${prefix}update ${name} as t ${set} from ${this.#table(within)} u where u . id = t . id`
    if (verb === 'update')
      return `${prefix}update ${name} ${pick(['as ', this.#dialect === 'sqlite' ? 'as ' : ''])}t ${set} ${where()}`
    return this.#dialect === 'mysql'
      ? `delete from ${name} where a = 3`
      : `${prefix}delete from ${name} as t ${where()}${chance(0.2) ? ' returning *' : ''}`
  }

  /** Changes with several tables. */
  #joined(verb: 'update' | 'delete', name: string, sight: Sight): string {
    const { pick } = this.#random
    const other = this.#table(sight)
    if (this.#dialect === 'postgres')
      return verb === 'update'
        ? `update only ${name} t set a = u . a from ${other} u join ${this.#table(sight)} v on v . id = u . id where u . id = t . id`
        : `delete from ${name} t using ${other} u , ${this.#table(sight)} v where u . id = t . id`
    return verb === 'update'
      ? pick([
          `update ${name} t join ${other} u on u . id = t . id set t . a = u . a , t . b = 3`,
          `update ${other} u , ${name} t set t . a = 1 where u . id = t . id`,
        ])
      : pick([
          `delete t from ${name} t join ${other} u on u . id = t . id`,
          `delete from t using ${name} as t left join ${other} as u on u . id = t . id where u . a = 1`,
        ])
  }

  /** A table to read, as the place where it comes sees it. */
  #table(sight: Sight): string {
    const { pick, chance } = this.#random
    const named = [...sight.hidden.keys()]
    if (named.length > 0 && chance(0.4)) return this.#quoted(pick(named))
    const table = pick(TABLES)
    const schema = sight.hidden.has(table) || chance(0.2)
    this.#reads.add(table)
    return schema ? `${this.#schema()} . ${this.#quoted(table)}` : this.#quoted(table)
  }

  #qualified(table: string): string {
    return this.#random.chance(0.2) ? `${this.#schema()} . ${this.#quoted(table)}` : this.#quoted(table)
  }

  #schema(): string {
    return { postgres: 'public', mysql: 'app', sqlite: 'main' }[this.#dialect]
  }

  #quoted(name: string): string {
    return this.#spelling.name(name)
  }
}
