/** The processes of a soak as their parent sees them, and the source of all values that they read. */
import { type ChildProcess, fork } from 'node:child_process'
import { deferred } from '@hotpath/testkit'
import type { Ledger } from './ledger.ts'
import type { Acknowledged, ToParent, ToWorker, WorkerOptions } from './protocol.ts'
import type { Report } from './report.ts'

interface Worker {
  readonly process: ChildProcess
  readonly options: WorkerOptions
  readonly ready: Promise<void>
  /** It has come to its end. */
  readonly done: Promise<void>
  isReady: boolean
  isKilled: boolean
  /** Called when it has taken in a warning. */
  warned: () => void
}

/** Between the seeds of one that was killed and of the one in its place. */
const GENERATION = 100

export class Workers {
  readonly #program: string
  readonly #ledger: Ledger
  readonly #workers: Worker[] = []
  readonly #versions = new Map<string, number>()
  /** The newest of each key. */
  readonly #acknowledged = new Map<string, Acknowledged>()

  /**
   * @param program - File that each of them runs.
   * @param ledger - Of the entries that have to be there.
   */
  constructor(program: string, ledger: Ledger) {
    this.#program = program
    this.#ledger = ledger
  }

  /** What each of them reported so far, the one that lives longest first. */
  readonly reports: Report[][] = []

  start(options: WorkerOptions): void {
    const process = fork(this.#program, [JSON.stringify(options)], {
      execArgv: ['--conditions=@hotpath/source', '--disable-warning=ExperimentalWarning', '--expose-gc'],
    })
    const [ready, done] = [deferred(), deferred()]
    const reports: Report[] = []
    this.reports.push(reports)
    const worker: Worker = {
      process,
      options,
      ready: ready.promise,
      done: done.promise,
      isReady: false,
      isKilled: false,
      warned: () => {},
    }
    process.once('exit', (code) => {
      if (worker.isKilled) return
      const error = new Error(`A worker ended with ${code ?? 'a signal'}.`)
      ready.reject(error)
      done.reject(error)
    })
    process.on('message', (message: ToParent) => {
      switch (message.type) {
        case 'ready':
          worker.isReady = true
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
          if (message.version > (this.#acknowledged.get(message.key)?.version ?? 0)) {
            this.#acknowledged.set(message.key, message)
          }
          this.#tellOthers(worker, message)
          break
        case 'writing':
          this.#ledger.writing(message.key)
          break
        case 'stored':
          this.#ledger.stored(message.kept)
          this.#tellOthers(worker, message)
          break
        case 'seen':
          this.#ledger.seen(message.key, message.version)
          break
        case 'gone':
          if (!this.#ledger.gone(message.gone)) break
          for (const one of this.#workers) send(one, { type: 'released', key: message.gone.key })
          break
        case 'report':
          reports.push(message.report)
          if (message.isLast) done.resolve()
      }
    })
    for (const promise of [worker.ready, worker.done]) promise.catch(() => {})
    this.#workers.push(worker)
    send(worker, { type: 'history', acknowledged: [...this.#acknowledged.values()], kept: this.#ledger.kept })
  }

  async ready(): Promise<void> {
    await Promise.all(this.#workers.map(({ ready }) => ready))
  }

  /**
   * Ends one without a word, in the midst of what it does, and starts another in its place; never the first, whose memory
   * is watched.
   */
  replace(index: number): void {
    const worker = this.#at(index)
    if (worker === undefined || worker === this.#workers[0]) return
    this.#workers.splice(this.#workers.indexOf(worker), 1)
    worker.isKilled = true
    worker.process.kill('SIGKILL')
    this.start({ ...worker.options, seed: worker.options.seed + GENERATION })
  }

  /** Stops one where it stands, as a machine that sleeps would, and lets it go on later. */
  freeze(index: number, ms: number): void {
    const worker = this.#at(index)
    if (worker === undefined) return
    worker.process.kill('SIGSTOP')
    setTimeout(() => void worker.process.kill('SIGCONT'), ms).unref()
  }

  /** Sets the wall clock of one. */
  setClock(index: number, skewMs: number): void {
    const worker = this.#at(index)
    if (worker !== undefined) send(worker, { type: 'clock', skewMs })
  }

  /**
   * Tells all that who is in this epoch may be on the isolated side of a split brain, or that none is any more, and
   * waits until they know.
   */
  async warn(epoch: string | undefined): Promise<void> {
    this.#thaw()
    const all = this.#workers.map((worker) => {
      const { promise, resolve } = deferred()
      worker.warned = resolve
      send(worker, { type: 'split', epoch })
      return Promise.race([promise, worker.done])
    })
    await Promise.all(all)
  }

  /** Lets all come to an end. */
  async stop(): Promise<void> {
    this.#thaw()
    await this.ready()
    for (const worker of this.#workers) send(worker, { type: 'stop' })
    await Promise.all(this.#workers.map(({ done }) => done))
  }

  kill(): void {
    for (const { process } of this.#workers) process.kill('SIGKILL')
  }

  #tellOthers(worker: Worker, message: ToWorker): void {
    for (const other of this.#workers) if (other !== worker) send(other, message)
  }

  #at(index: number): Worker | undefined {
    const worker = this.#workers[index % this.#workers.length]
    return worker?.isReady === true ? worker : undefined
  }

  #thaw(): void {
    for (const { process } of this.#workers) process.kill('SIGCONT')
  }
}

function send({ process }: Worker, message: ToWorker): void {
  // It may have come to its end meanwhile.
  if (process.connected) process.send(message, () => {})
}
