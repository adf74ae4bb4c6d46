/** A process: a machine, its connections, and one or more caches over them: the real ones. */
import { type Cache, createCache, memory } from '../core.ts'
import type { Guest } from './cluster.ts'
import { Connection } from './connection.ts'
import type { Party } from './history.ts'
import { type Link, createRemoteLog, createRemoteTier, watchedMemory } from './link.ts'
import { Machine } from './machine.ts'
import type { Scene } from './scene.ts'
import type { Server } from './server.ts'
import { createListener, createPuller } from './stream-reader.ts'
import { Waits } from './waits.ts'
import { type CacheWatcher, type Intent, createWatcher } from './watcher.ts'

/** One cache, and who watches it. */
export interface Client {
  readonly cache: Cache
  readonly party: Party
  readonly machine: Machine
  readonly waits: Waits
  readonly watcher: CacheWatcher
  readonly intent: Intent
  /** Calls without an answer yet. */
  readonly open: Set<string>
}

const HOUR_MS = 3_600_000

export class Process implements Guest {
  readonly machine: Machine
  readonly clients: readonly Client[]
  /** To the server of the log. */
  readonly connections: readonly Connection[]
  readonly side: Connection
  isCutOff = false
  readonly #scene: Scene

  constructor(scene: Scene, name: string) {
    this.#scene = scene
    const { world, climate, cluster } = scene
    const { random } = world
    const skewMs = random.pick([0, -HOUR_MS, HOUR_MS])
    this.machine = new Machine(world, name, { skewMs, rate: 1 + (random() - 0.5) / 500 })
    const { weather } = climate
    const find = (): Server => cluster.serverFor(this)
    const connect = (what: string, isStream: boolean): Connection =>
      new Connection(`${name} ${what}`, this.machine, { weather, isStream, find })
    const commands = Array.from({ length: climate.connections }, () => connect('commands', false))
    this.side = new Connection(`${name} side`, this.machine, { weather, isStream: false, find: () => cluster.side })
    const stream = connect('stream', true)
    this.connections = [...commands, stream]
    const pick = (): Connection => (commands.length === 1 ? (commands[0] as Connection) : random.pick(commands))
    const link: Link = {
      machine: this.machine,
      commands: pick,
      reader: climate.stream === 'pulled' ? createPuller(pick, stream) : createListener(stream),
      heartbeatMs: climate.heartbeatMs,
    }
    this.clients = Array.from({ length: climate.caches }, (_, index) => this.#open(link, `${name}${index || ''}`))
    cluster.guests.add(this)
  }

  get isIsolated(): boolean {
    const { primary } = this.#scene.cluster
    return this.connections.some(({ isUp, server }) => isUp && server.alive && server !== primary)
  }

  reconnect(withinMs: number): void {
    const { random } = this.#scene.world
    for (const connection of this.connections) connection.break(random() * withinMs)
  }

  /** No network at all for a while. */
  cut(ms: number): void {
    for (const connection of [...this.connections, this.side]) connection.break(ms)
  }

  crash(): void {
    this.machine.crash()
    this.#scene.cluster.guests.delete(this)
    for (const call of this.#scene.history.calls) {
      if (call.party.isAlive() || call.acceptances.some((one) => one.isPrimary)) continue
      call.isVoid = true
    }
  }

  #open(link: Link, name: string): Client {
    const { history, checker, climate, world } = this.#scene
    const party: Party = {
      name,
      heard: new Map(),
      heardMs: new Map(),
      maxOfflineMs: climate.maxOfflineMs,
      epoch: undefined,
      isAlive: () => this.machine.alive,
      isolatedMs: Number.NEGATIVE_INFINITY,
    }
    const waits = new Waits(party, this.machine, checker, history, () => cache.position() !== undefined)
    const intent: Intent = { isCalling: false, claims: new Map() }
    const watcher = createWatcher({ scene: this.#scene, party, waits, intent })
    const remote = createRemoteTier(link, watcher, climate.hasLeases)
    const tiers = [
      ...(climate.hasMemory ? [watchedMemory(memory({ maxEntries: climate.memoryEntries }), watcher)] : []),
      ...(climate.hasMiddle ? [createRemoteTier({ ...link, commands: () => this.side }, watcher, false)] : []),
      remote,
    ]
    const cache = createCache({
      name: 'simulation',
      tiers,
      log: () => createRemoteLog(link, watcher),
      clock: this.machine,
      random: world.random.fork(),
      maxOffline: climate.maxOfflineMs,
      ...climate.freshness,
    })
    return { cache, party, machine: this.machine, waits, intent, watcher, open: new Set() }
  }
}
