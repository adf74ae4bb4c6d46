/**
 * `pnpm bench <name> [--quick] [--against <folder of packed tarballs>]`: runs the built packages, so run `pnpm build`
 * first.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { against } from './against/against.ts'
import { browser } from './browser/browser.ts'
import { codecs } from './codec.ts'
import { coldKey } from './cold-key.ts'
import { db } from './db.ts'
import { decorators } from './decorators.ts'
import { http } from './http.ts'
import { invalidation } from './invalidation.ts'
import { l1 } from './l1.ts'
import { observers } from './observe/observers.ts'
import { orm } from './orm/orm.ts'
import { policies } from './policies/policies.ts'
import { races } from './races/races.ts'
import { redisReads } from './redis.ts'
import { request } from './request.ts'
import { statements } from './statements.ts'
import { traces } from './traces/traces.ts'
import { twoTiers } from './two-tiers.ts'
import { sqlReads } from './sql.ts'
import { ui } from './ui/ui.ts'

const BENCHES: Readonly<Record<string, (quick: boolean) => Promise<void>>> = {
  l1,
  codec: codecs,
  races,
  redis: redisReads,
  request,
  'two-tiers': twoTiers,
  invalidation,
  'cold-key': coldKey,
  decorators,
  sql: sqlReads,
  db,
  orm,
  statements,
  http,
  traces,
  policies,
  observe: observers,
  browser,
  ui,
}
const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, against: { type: 'string' } },
})
const [name = ''] = positionals
const bench = BENCHES[name]
if (bench === undefined) {
  console.error(`There is no bench \`${name}\`. Use one of: ${Object.keys(BENCHES).join(', ')}.`)
  process.exit(1)
}
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`)
await (flags.against === undefined ? bench(flags.quick) : against(name, flags.against, flags.quick))
process.exit(0)
