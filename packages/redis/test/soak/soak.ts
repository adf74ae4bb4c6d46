/**
 * Several processes over one Redis, which is killed, emptied, starved and cut off meanwhile; none may ever read what an
 * invalidation outdated for it.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { createRandom } from '@hotpath/testkit'
import type { Redis } from 'ioredis'
import { type RedisServer, startRedis } from '../integration/server.ts'
import type { Report, ToParent, ToWorker, WorkerOptions } from './protocol.ts'

/** How long, with how many processes, and from which seed. */
export interface SoakOptions {
  readonly seconds: number
  readonly processes: number
  readonly seed: number
  /** Whether anything goes wrong. */
  readonly faults: boolean
}

/** What all workers did together, and which faults they went through. */
export interface SoakReport extends Report {
  readonly faults: Readonly<Record<string, number>>
}

const FAULTS: Readonly<Record<string, (admin: Redis, server: RedisServer) => Promise<unknown>>> = {
  'kill normal connections': (admin) => admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
  'kill those that follow': async (admin) => {
    const list = String(await admin.call('CLIENT', 'LIST'))
    const ids = list.split('\n').flatMap((line) => (/cmd=xread/.test(line) ? [/id=(\d+)/.exec(line)?.[1] ?? ''] : []))
    for (const id of ids) await admin.call('CLIENT', 'KILL', 'ID', id)
  },
  'delete the state of the log': (admin) => admin.del('{hotpath:soak}:log'),
  'delete the stream': (admin) => admin.del('{hotpath:soak}:stream'),
  'trim the stream': (admin) => admin.call('XTRIM', '{hotpath:soak}:stream', 'MAXLEN', '0'),
  'delete everything': (admin) => admin.flushall(),
  'forget the scripts': (admin) => admin.call('SCRIPT', 'FLUSH'),
  'stand still': (admin) => admin.call('CLIENT', 'PAUSE', '1500', 'ALL'),
  'evict at random': async (admin) => {
    const used = Number(/used_memory:(\d+)/.exec(await admin.info('memory'))?.[1])
    await admin.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random')
    await admin.call('CONFIG', 'SET', 'maxmemory', String(used - 1_000))
    await admin.set('filler', 'x'.repeat(1_000))
    await admin.call('CONFIG', 'SET', 'maxmemory', '0')
  },
  'restart the server': (_, server) => server.restart(),
}

export async function soak({ seconds, processes, seed, faults: areFaults }: SoakOptions): Promise<SoakReport> {
  const server = await startRedis()
  const admin = server.connect()
  const random = createRandom(seed)
  const versions = new Map<string, number>()
  const workers: ChildProcess[] = []
  const faults: Record<string, number> = {}
  try {
    const reports = Array.from({ length: processes }, (_, index) => {
      const options: WorkerOptions = { port: server.port, seed: seed * 1_000 + index, maxOfflineMs: 3_000 }
      return start(options, workers, versions)
    })
    await Promise.all(reports.map(({ ready }) => ready))
    const end = performance.now() + seconds * 1_000
    while (performance.now() < end) {
      await new Promise((resolve) => void setTimeout(resolve, 300 + random.int(900)))
      if (!areFaults) continue
      const name = random.pick(Object.keys(FAULTS))
      faults[name] = (faults[name] ?? 0) + 1
      // A fault may hit the connection that causes it.
      await FAULTS[name]?.(admin, server).catch(() => {})
    }
    for (const worker of workers) worker.send({ type: 'stop' } satisfies ToWorker)
    return sum(await Promise.all(reports.map(({ report }) => report)), faults)
  } finally {
    for (const worker of workers) worker.kill('SIGKILL')
    await server.stop()
  }
}

function start(
  options: WorkerOptions,
  workers: ChildProcess[],
  versions: Map<string, number>,
): { readonly ready: Promise<void>; readonly report: Promise<Report> } {
  const worker = fork(join(import.meta.dirname, 'worker.ts'), [JSON.stringify(options)], {
    execArgv: ['--conditions=@hotpath/source'],
  })
  workers.push(worker)
  const send = (to: ChildProcess, message: ToWorker): void => void (to.connected && to.send(message))
  let isReady = (): void => {}
  const ready = new Promise<void>((resolve) => (isReady = resolve))
  const report = new Promise<Report>((resolve, reject) => {
    worker.once('exit', (code) => reject(new Error(`A worker ended with ${code ?? 'a signal'}.`)))
    worker.on('message', (message: ToParent) => {
      switch (message.type) {
        case 'ready':
          isReady()
          break
        case 'read':
        case 'write': {
          const { id, key } = message
          if (message.type === 'write') versions.set(key, (versions.get(key) ?? 0) + 1)
          send(worker, { type: 'version', id, version: versions.get(key) ?? 0 })
          break
        }
        case 'acknowledged':
          for (const other of workers) if (other !== worker) send(other, message)
          break
        case 'report':
          resolve(message.report)
      }
    })
  })
  report.catch(() => {})
  return { ready, report }
}

function sum(reports: readonly Report[], faults: SoakReport['faults']): SoakReport {
  const total = (pick: (report: Report) => number): number => reports.reduce((all, report) => all + pick(report), 0)
  return {
    reads: total(({ reads }) => reads),
    hits: total(({ hits }) => hits),
    writes: total(({ writes }) => writes),
    failedWrites: total(({ failedWrites }) => failedWrites),
    stale: reports.flatMap(({ stale }) => stale),
    unhandled: reports.flatMap(({ unhandled }) => unhandled),
    latencies: reports.flatMap(({ latencies }) => latencies).sort((a, b) => a - b),
    faults,
  }
}
