import { createFakeClock, type DeferredCall, deferredLoader, type FakeClock } from '@hotpath/testkit'
import { type Batch, batch, type BatchOptions, type CurrentCall } from '../src/index.ts'

type Answer = readonly unknown[] | ReadonlyMap<number, unknown>

/** A batch on virtual time, whose calls stay open until the test answers them. */
export interface BatchBench {
  readonly clock: FakeClock
  readonly batch: Batch<number, unknown>
  /** The keys of each call so far. */
  readonly sent: readonly (readonly number[])[]
  readonly contexts: readonly CurrentCall[]
  /** One call. */
  call(index: number): DeferredCall<Answer, readonly number[]>
  /** Answers a call with the keys times ten. */
  answer(index: number): void
}

/** Makes one. */
export function batchBench(options: BatchOptions<number> = {}): BatchBench {
  const clock = createFakeClock()
  const loader = deferredLoader<Answer, readonly number[]>()
  const sent: (readonly number[])[] = []
  const contexts: CurrentCall[] = []
  function loadMany(keys: readonly number[], context: CurrentCall): Promise<readonly unknown[]> {
    sent.push([...keys])
    contexts.push(context)
    return loader(keys) as Promise<readonly unknown[]>
  }
  return {
    clock,
    batch: batch(loadMany, { clock, ...options }),
    sent,
    contexts,
    call: (index) => loader.at(index),
    answer: (index) => loader.at(index).resolve((sent[index] ?? []).map((key) => key * 10)),
  }
}

/** What came of calls: values, and messages of errors. */
export async function outcomes(calls: readonly Promise<unknown>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(calls)
  return settled.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error).message))
}
