import { formatDuration, RequestError } from '@hotpath/contract'
import { answersOf } from './answers.ts'
import type { KeyBatch } from './item.ts'
import type { BatchPlan } from './options.ts'
import { ambientCall, Call, type CurrentCall } from '../call/call.ts'
import { createDeadline, type Deadlines } from '../time/deadlines.ts'
import { invoke } from '../call/wrapped.ts'

/** What came of one call of `loadMany`: an answer for each item, in their order, or one error for all. */
export type Outcome =
  | { readonly answers: readonly unknown[]; readonly error?: undefined }
  | { readonly answers?: undefined; readonly error: unknown }

/** What a run needs of its batcher. */
export interface RunTools<Key> {
  readonly plan: BatchPlan
  readonly deadlines: Deadlines | undefined
  readonly loadMany: (keys: Key[], context: CurrentCall) => unknown
}

/** Calls `loadMany` once. `done` is called once, later. */
export function startRun<Key>(
  { plan, deadlines, loadMany }: RunTools<Key>,
  { group, items, keys }: KeyBatch<Key>,
  attempt: number,
  done: (outcome: Outcome) => void,
): void {
  const { name, timeoutMs, events, clock } = plan
  const startedAt = events?.wants('batch') === true ? clock.monotonic() : 0
  let waitedFor = items.length
  let isOver = false

  function end(outcome: Outcome): void {
    if (isOver) return
    isOver = true
    deadlines?.remove(deadline)
    call.end()
    if (events?.wants('batch') === true) {
      const size = items.length
      const failed = outcome.answers?.filter((answer) => answer instanceof Error).length ?? size
      events.emit({ type: 'batch', name, size, failed, attempt, durationMs: clock.monotonic() - startedAt })
    }
    done(outcome)
  }

  function expire(): void {
    const error = tooSlow(name, items.length, timeoutMs)
    call.abort(error)
    if (events?.wants('timeout') === true) events.emit({ type: 'timeout', name, timeoutMs })
    end({ error })
  }

  function leave(reason: unknown): void {
    waitedFor--
    if (waitedFor > 0 || isOver) return
    call.abort(reason)
    end({ error: reason })
  }

  function answered(answer: unknown): void {
    if (isOver) return
    try {
      end({ answers: answersOf(name, items, keys, answer) })
    } catch (error) {
      end({ error })
    }
  }

  const call = new Call(undefined, { abortable: true, attempt, origin: ambientCall() })
  const deadline = createDeadline(expire)
  group.run = { call, leave }
  deadlines?.add(deadline)
  invoke(call, loadMany as never, undefined, [keys, call]).then(answered, (error: unknown) => end({ error }))
}

function tooSlow(name: string, keys: number, timeoutMs: number): RequestError {
  return new RequestError(
    'ERR_REQUEST_TIMEOUT',
    `\`${name}\` did not answer ${keys} keys within ${formatDuration(timeoutMs)}. Listen to \`signal\` in it, raise \`timeout\`, and see that it waits for no load of its own.`,
    { context: { name, keys, timeoutMs } },
  )
}
