/** How long tasks of a page keep its processor, in Chromium. */
import type { CDPSession } from 'puppeteer-core'
import { patiently } from './patience.ts'

/** As much of an event of a trace as is used. */
interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly args?: { readonly name?: string }
  /** Microseconds of the processor. */
  readonly tdur?: number
}

/**
 * Milliseconds that the longest task of a page's main thread has the processor while something is done: what it waits for
 * others on a machine that is busy is not counted.
 */
export async function longestTaskMs(devtools: CDPSession, action: () => Promise<unknown>): Promise<number> {
  const events: TraceEvent[] = []
  const collect = ({ value }: { readonly value: readonly unknown[] }): void => {
    events.push(...(value as readonly TraceEvent[]))
  }
  devtools.on('Tracing.dataCollected', collect)
  await devtools.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', '__metadata'] },
  })
  try {
    await action()
  } finally {
    const complete = new Promise<void>((resolve) => void devtools.once('Tracing.tracingComplete', () => resolve()))
    await devtools.send('Tracing.end')
    await patiently('The end of a trace', complete)
    devtools.off('Tracing.dataCollected', collect)
  }
  return longestOf(events)
}

function longestOf(events: readonly TraceEvent[]): number {
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`
  const mainThreads = new Set(
    events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(threadOf),
  )
  const tasks = events.filter((event) => event.name.endsWith('RunTask') && mainThreads.has(threadOf(event)))
  return tasks.reduce((longest, { tdur = 0 }) => Math.max(longest, tdur / 1_000), 0)
}
