/** What goes wrong, by chance. */
import type { Trouble } from './climate.ts'
import { Process } from './process.ts'
import type { Scene } from './scene.ts'

const HOUR_MS = 3_600_000

export class Troubles {
  readonly #scene: Scene
  readonly processes: Process[] = []
  #names = 0

  constructor(scene: Scene) {
    this.#scene = scene
    for (let index = 0; index < scene.climate.nodes; index++) this.#start()
  }

  /** One of the troubles that this run has. */
  strike(): void {
    const { world, climate } = this.#scene
    const { random } = world
    const kinds = [...climate.troubles]
    if (kinds.length === 0) return
    const kind = random.pick(kinds)
    const process = random.pick(this.processes)
    world.note(`             ${process.machine.name} trouble: ${kind}`)
    this.#cause(kind, process)
  }

  /** From now on nothing goes wrong. */
  end(): void {
    const { cluster, climate } = this.#scene
    Object.assign(climate.weather, { lost: 0, hung: 0, slow: 0, slowStream: 0 })
    cluster.heal()
  }

  #start(): void {
    this.processes.push(
      new Process(
        this.#scene,
        'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[this.#names % 26] + (this.#names < 26 ? '' : String(this.#names)),
      ),
    )
    this.#names++
  }

  #cause(kind: Trouble, process: Process): void {
    const { world, cluster, climate } = this.#scene
    const { random } = world
    switch (kind) {
      case 'break': {
        if (random.chance(0.3)) return process.reconnect(random.pick([100, 12_000]))
        return random.pick([...process.connections, process.side]).break(random() * random.pick([5, 500, 6_000]))
      }
      case 'cut':
        return process.cut(climate.maxOfflineMs * (0.5 + random()))
      case 'trim':
        return cluster.primary.trim(random.int(2))
      case 'lose-state':
        return random.chance(0.2) ? cluster.primary.flush() : cluster.primary.loseState()
      case 'evict': {
        const { entries } = random.pick([cluster.primary, cluster.side])
        if (entries.size > 0) entries.delete(random.pick([...entries.keys()]))
        return
      }
      case 'failover':
        return cluster.failOver(false)
      case 'split':
        return cluster.failOver(true)
      case 'crash': {
        if (random.chance(0.5)) return
        process.crash()
        this.processes.splice(this.processes.indexOf(process), 1)
        return this.#start()
      }
      case 'suspend':
        return process.machine.suspend(1_000 + random() * random.pick([1_000, 10_000, HOUR_MS / 60]))
      case 'jump':
        return process.machine.jumpWall(random.pick([-HOUR_MS, HOUR_MS, 400]))
      case 'lose':
      case 'hang':
      case 'source':
        return
    }
  }
}
