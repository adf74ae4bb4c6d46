/**
 * `pnpm soak browser [--seconds 30]`: six tabs of one browser. `pnpm soak [--topology single|cluster|sentinel|sqlite|postgres|mariadb] [--seconds 30] [--processes 4]
 * [--seed 1] [--no-faults]`. Each adapter brings what it can be soaked over.
 */
import { main as soakTabs } from '../packages/browser/test/soak/main.ts'
import { topologies as redis } from '../packages/redis/test/soak/topologies.ts'
import { main } from '../packages/soak/src/main.ts'
import { topologies as sql } from '../packages/sql/test/soak/topologies.ts'

if (process.argv[2] === 'browser') await soakTabs()
else await main({ ...redis, ...sql })
