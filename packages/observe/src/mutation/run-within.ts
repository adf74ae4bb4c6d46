import { LoadError, detach, timeLimit } from '@hotpath/contract'
import type { CacheInside } from '@hotpath/core/inside'
import type { MutationContext } from './mutation-options.ts'

/** Runs, until the time is up or the caller's signal is aborted. */
export async function runWithin<Result>(
  { clock }: Pick<CacheInside, 'clock'>,
  run: (context: MutationContext) => Result | Promise<Result>,
  limitMs: number,
  given: AbortSignal | undefined,
): Promise<Result> {
  const controller = new AbortController()
  const { signal } = controller
  const abort = (): void => controller.abort(given?.reason)
  given?.addEventListener('abort', abort, { once: true })
  const cancel = timeLimit(clock, limitMs, () => controller.abort(tooSlow(limitMs)))
  const release = clock.hold?.()
  const running = async (): Promise<Result> => run({ signal })
  try {
    return await detach(running(), signal)
  } finally {
    cancel()
    release?.()
    given?.removeEventListener('abort', abort)
  }
}

function tooSlow(limitMs: number): LoadError {
  return new LoadError(
    'ERR_LOAD_TIMEOUT',
    `The mutation took over ${limitMs} ms, and was aborted: nobody knows whether the server has the change. Make it listen to \`signal\`, or raise \`timeout\`.`,
  )
}
