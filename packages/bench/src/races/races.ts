/** `pnpm bench races`: named races, run against Hotpath and its peers; prints what each answered, as Markdown. */
import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { startRedis } from '../../../../scripts/redis-server.ts'
import {
  clearing,
  clearingDuringLoad,
  concurrentInvalidations,
  evicted,
  lostMessage,
  reaching,
} from './cluster-races.ts'
import { Lab } from './lab.ts'
import { duringLoad, failingLoader, handles, joining, type Where } from './local-races.ts'
import { fail, notApplicable, type Outcome, worst } from './outcome.ts'
import type { Capability, Peer } from './peer.ts'
import { asyncCacheDedupe } from './peers/async-cache-dedupe.ts'
import { bentocache } from './peers/bentocache.ts'
import { cacheManager } from './peers/cache-manager.ts'
import { cacheable } from './peers/cacheable.ts'
import { cachified } from './peers/cachified.ts'
import { hotpath } from './peers/hotpath.ts'
import { layeredLoader } from './peers/layered-loader.ts'
import { falsyInMemory, falsyThroughRedis, types } from './value-races.ts'

interface Race {
  readonly name: string
  readonly needs: readonly Capability[]
  /** How it runs: `local` ones with memory alone and with Redis. */
  readonly runs: Readonly<Record<string, (lab: Lab) => Promise<Outcome>>>
}

const PEERS: readonly Peer[] = [
  hotpath,
  bentocache,
  cacheable,
  cacheManager,
  cachified,
  asyncCacheDedupe,
  layeredLoader,
]

const RACES: readonly Race[] = [
  local('invalidate by tag during a load', ['tag'], duringLoad('tag')),
  local('invalidate by key during a load', [], duringLoad('key')),
  local('join an outdated load, by tag', ['tag'], joining('tag')),
  local('join an outdated load, by key', [], joining('key')),
  local('failing loader, 10 waiters', [], failingLoader),
  local('stampede through two handles', ['handles'], handles),
  one('falsy values in memory', [], falsyInMemory),
  one('falsy values through Redis', [], falsyThroughRedis),
  one('types through Redis', [], types(false)),
  one('types through Redis, superjson', ['serializer'], types(true)),
  one('invalidate by key, two nodes', [], reaching('key')),
  one('invalidate by tag, two nodes', ['tag'], reaching('tag')),
  one('concurrent invalidations of a tag', ['tag'], concurrentInvalidations),
  one('lost message, by key', ['bus'], lostMessage('key')),
  one('lost message, by tag', ['bus', 'tag'], lostMessage('tag')),
  one('record evicted before invalidating', ['tag'], evicted('before')),
  one('record evicted after invalidating', ['tag'], evicted('after')),
  one('clear, two nodes', ['clear'], clearing),
  one('clear during a load elsewhere', ['clear'], clearingDuringLoad),
]

/** Runs all races and prints a table, and the reasons below it. */
export async function races(): Promise<void> {
  // A contestant's stray rejection must not end the run of the others; it is told below.
  const strays: string[] = []
  let running = ''
  process.on('unhandledRejection', (reason) => strays.push(`${running}: ${String(reason)}`))
  process.on('uncaughtException', (error) => strays.push(`${running}: ${String(error)}`))
  const server = await startRedis()
  const admin = new Redis(server.url)
  const table = new Map<Race, Map<Peer, Outcome>>()
  try {
    for (const race of RACES) {
      const row = new Map<Peer, Outcome>()
      table.set(race, row)
      for (const peer of PEERS) {
        running = `${peer.name}, ${race.name}`
        row.set(peer, await run(race, peer, admin, server.url))
      }
    }
    const version = /redis_version:(\S+)/.exec(await admin.info('server'))?.[1] ?? 'unknown'
    print(table, version, strays)
  } finally {
    admin.disconnect()
    server.stop()
  }
}

async function run(race: Race, peer: Peer, admin: Redis, url: string): Promise<Outcome> {
  const lack = race.needs.map((need) => peer.lacks[need]).find((reason) => reason !== undefined)
  if (lack !== undefined) return notApplicable(lack)
  const outcomes: [string, Outcome][] = []
  for (const [setting, start] of Object.entries(race.runs)) {
    const lab = new Lab(peer, admin, url)
    outcomes.push([setting, await start(lab).catch((error: unknown) => fail(String(error)))])
    await lab.close()
  }
  return worst(outcomes)
}

function local(name: string, needs: readonly Capability[], start: (lab: Lab, where: Where) => Promise<Outcome>): Race {
  return { name, needs, runs: { memory: (lab) => start(lab, 'memory'), Redis: (lab) => start(lab, 'Redis') } }
}

function one(name: string, needs: readonly Capability[], start: (lab: Lab) => Promise<Outcome>): Race {
  return { name, needs, runs: { '': start } }
}

function print(
  table: ReadonlyMap<Race, ReadonlyMap<Peer, Outcome>>,
  redisVersion: string,
  strays: readonly string[],
): void {
  console.log(`${new Date().toISOString().slice(0, 10)}, Redis ${redisVersion}\n`)
  console.log(`| | ${PEERS.map(({ name }) => name).join(' | ')} |\n| --- |${' --- |'.repeat(PEERS.length)}`)
  for (const [{ name }, row] of table) {
    console.log(`| ${name} | ${PEERS.map((peer) => row.get(peer)?.verdict ?? '').join(' | ')} |`)
  }
  console.log('\n| | race | | what happened |\n| --- | --- | --- | --- |')
  for (const peer of PEERS) {
    for (const [{ name }, row] of table) {
      const { verdict, reason } = row.get(peer) ?? fail('it did not run')
      if (verdict !== 'pass') console.log(`| ${peer.name} | ${name} | ${verdict} | ${reason.replaceAll('|', '\\|')} |`)
    }
  }
  console.log('\n| | versions | set up as |\n| --- | --- | --- |')
  for (const { name, packages, setup } of PEERS) {
    console.log(`| ${name} | ${packages.map((each) => `${each} ${versionOf(each)}`).join(', ')} | ${setup} |`)
  }
  for (const stray of strays) console.log(`\nNot caught by anybody: ${stray}`)
}

function versionOf(name: string): string {
  const manifest = readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { readonly version: string }).version
}
