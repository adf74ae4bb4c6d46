/** The races by name, and what each needs. */
import {
  clearing,
  clearingDuringLoad,
  concurrentInvalidations,
  evicted,
  lostMessage,
  reaching,
} from './cluster-races.ts'
import type { Lab } from './lab.ts'
import { duringLoad, failingLoader, handles, joining, type Where } from './local-races.ts'
import type { Outcome } from './outcome.ts'
import type { Capability } from './peer.ts'
import { falsyInMemory, falsyThroughRedis, type Reader, types } from './value-races.ts'

export interface Race {
  readonly name: string
  readonly needs: readonly Capability[]
  /** The settings it runs in; the worst of what it says in them counts. */
  readonly runs: Readonly<Record<string, (lab: Lab) => Promise<Outcome>>>
}

export const RACES: readonly Race[] = [
  local('invalidate by tag during a load', ['tag'], duringLoad('tag')),
  local('invalidate by key during a load', [], duringLoad('key')),
  local('join an outdated load, by tag', ['tag'], joining('tag')),
  local('join an outdated load, by key', [], joining('key')),
  local('failing loader, 10 waiters', [], failingLoader),
  local('stampede through two handles', ['handles'], handles),
  one('falsy values in memory', [], falsyInMemory),
  byReader('falsy values through Redis', [], falsyThroughRedis),
  byReader('types through Redis', [], types(false)),
  byReader('types through Redis, superjson', ['serializer'], types(true)),
  one('invalidate by key, two nodes', ['nodes'], reaching('key')),
  one('invalidate by tag, two nodes', ['tag', 'nodes'], reaching('tag')),
  one('concurrent invalidations of a tag', ['tag', 'nodes'], concurrentInvalidations),
  one('lost message, by key', ['bus'], lostMessage('key')),
  one('lost message, by tag', ['tag', 'bus'], lostMessage('tag')),
  one('record evicted before invalidating', ['tag'], evicted('before')),
  one('record evicted after invalidating', ['tag'], evicted('after')),
  one('clear, two nodes', ['clear', 'nodes'], clearing),
  one('clear during a load elsewhere', ['clear', 'nodes'], clearingDuringLoad),
]

function one(name: string, needs: readonly Capability[], start: (lab: Lab) => Promise<Outcome>): Race {
  return { name, needs, runs: { '': start } }
}

function local(name: string, needs: readonly Capability[], start: (lab: Lab, where: Where) => Promise<Outcome>): Race {
  return { name, needs, runs: { memory: (lab) => start(lab, 'memory'), Redis: (lab) => start(lab, 'Redis') } }
}

function byReader(
  name: string,
  needs: readonly Capability[],
  start: (lab: Lab, reader: Reader) => Promise<Outcome>,
): Race {
  return {
    name,
    needs,
    runs: { 'a new node': (lab) => start(lab, 'new'), 'a node that ran before': (lab) => start(lab, 'running') },
  }
}
