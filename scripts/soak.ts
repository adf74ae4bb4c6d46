/**
 * `pnpm soak [--topology single|cluster|sentinel|sqlite|postgres|mariadb] [--seconds 30] [--processes 4]
 * [--seed 1] [--no-faults]`. Each adapter brings what it can be soaked over.
 */
import { topologies as redis } from '../packages/redis/test/soak/topologies.ts'
import { main } from '../packages/soak/src/main.ts'
import { topologies as sql } from '../packages/sql/test/soak/topologies.ts'

await main({ ...redis, ...sql })
