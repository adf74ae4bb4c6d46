/** The processes of a soak as their parent sees them, and the source of all values that they read. */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { deferred } from '@hotpath/testkit'
import type { Report, ToParent, ToWorker, WorkerOptions } from './protocol.ts'

interface Worker {
  readonly process: ChildProcess
  readonly ready: Promise<void>
  readonly report: Promise<Report>
  /** Called when it has taken in a warning. */
  warned: () => void
}

export class Workers {
  readonly #workers: Worker[] = []
  readonly #versions = new Map<string, number>()

  start(options: WorkerOptions): void {
    const process = fork(join(import.meta.dirname, 'worker.ts'), [JSON.stringify(options)], {
      execArgv: ['--conditions=@hotpath/source'],
    })
    const [ready, report] = [deferred(), deferred<Report>()]
    const worker: Worker = { process, ready: ready.promise, report: report.promise, warned: () => {} }
    process.once('exit', (code) => {
      const error = new Error(`A worker ended with ${code ?? 'a signal'}.`)
      ready.reject(error)
      report.reject(error)
    })
    process.on('message', (message: ToParent) => {
      switch (message.type) {
        case 'ready':
          ready.resolve()
          break
        case 'warned':
          worker.warned()
          break
        case 'read':
        case 'write': {
          const { id, key } = message
          if (message.type === 'write') this.#versions.set(key, (this.#versions.get(key) ?? 0) + 1)
          send(worker, { type: 'version', id, version: this.#versions.get(key) ?? 0 })
          break
        }
        case 'acknowledged':
          for (const other of this.#workers) if (other !== worker) send(other, message)
          break
        case 'report':
          report.resolve(message.report)
      }
    })
    for (const promise of [worker.ready, worker.report]) promise.catch(() => {})
    this.#workers.push(worker)
  }

  async ready(): Promise<void> {
    await Promise.all(this.#workers.map(({ ready }) => ready))
  }

  /**
   * Tells all that who is in this epoch may be on the isolated side of a split brain, or that none is any more, and
   * waits until they know.
   */
  async warn(epoch: string | undefined): Promise<void> {
    const all = this.#workers.map((worker) => {
      const { promise, resolve } = deferred()
      worker.warned = resolve
      send(worker, { type: 'split', epoch })
      return Promise.race([promise, worker.report.then(() => {})])
    })
    await Promise.all(all)
  }

  /** Lets all come to an end, and answers what they saw. */
  stop(): Promise<Report[]> {
    for (const worker of this.#workers) send(worker, { type: 'stop' })
    return Promise.all(this.#workers.map(({ report }) => report))
  }

  kill(): void {
    for (const { process } of this.#workers) process.kill('SIGKILL')
  }
}

function send({ process }: Worker, message: ToWorker): void {
  // It may have come to its end meanwhile.
  if (process.connected) process.send(message, () => {})
}
