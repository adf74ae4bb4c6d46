/**
 * Calls that wait for their turn: the most urgent first, and among equals the one that came first. Who leaves is marked
 * and skipped, so that nobody has to be searched for.
 */
import { RequestError } from '@hotpath/contract'
import { count } from '../checks/quantities.ts'
import type { RequestEvents } from '../call/events.ts'
import type { Call } from '../call/call.ts'
import { PRIORITIES } from '../call/priority.ts'

/** How many may wait unless it is said otherwise. */
const MAX_QUEUE = 10_000

/** What a line is told. */
export interface WaitLineOptions {
  /** The option of the policy. */
  readonly maxQueue: number | undefined
  readonly events: RequestEvents | undefined
  /** Called when the last of those that wait has left. */
  readonly abandoned?: () => void
}

interface Waiting {
  isGone: boolean
  readonly level: Level | undefined
  enter(): void
}

/** Past this many skipped members a level is cut; before that, moving the rest would cost more. */
const MAX_SKIPPED = 64

/** Calls of one priority, in order. */
class Level {
  #members: Waiting[] = []
  #skipped = 0
  #gone = 0

  push(member: Waiting): void {
    this.#members.push(member)
  }

  /** One of them has left. They must not pile up where what runs never ends, so that nobody is let in. */
  left(): void {
    this.#gone++
    if (this.#gone < MAX_SKIPPED || this.#gone * 2 < this.#members.length - this.#skipped) return
    this.#members = this.#members.slice(this.#skipped).filter(({ isGone }) => !isGone)
    this.#skipped = 0
    this.#gone = 0
  }

  shift(): Waiting | undefined {
    for (;;) {
      const member = this.#members[this.#skipped]
      if (member === undefined) {
        this.#members = []
        this.#skipped = 0
        this.#gone = 0
        return undefined
      }
      this.#skipped++
      if (this.#skipped >= MAX_SKIPPED && this.#skipped * 2 >= this.#members.length) {
        this.#members = this.#members.slice(this.#skipped)
        this.#skipped = 0
      }
      if (!member.isGone) return member
      this.#gone--
    }
  }
}

export class WaitLine {
  readonly #levels: readonly Level[] = PRIORITIES.map(() => new Level())
  readonly #maxQueue: number
  readonly #events: RequestEvents | undefined
  readonly #abandoned: (() => void) | undefined
  #size = 0

  /** @throws ConfigError for a wrong `maxQueue`. */
  constructor({ maxQueue, events, abandoned }: WaitLineOptions) {
    this.#maxQueue = count(maxQueue, MAX_QUEUE, 'maxQueue', 0)
    this.#events = events
    this.#abandoned = abandoned
  }

  get size(): number {
    return this.#size
  }

  /** Waits for `next()` to come to this call. Rejects when it is aborted before, or when too many wait. */
  join(name: string, call: Call | undefined): Promise<void> {
    if (call?.aborted === true) return Promise.reject(call.reason)
    if (this.#size >= this.#maxQueue) return Promise.reject(queueFull(name, this.#maxQueue, 'calls'))
    const turn = new Promise<void>((resolve, reject) => {
      const signal = call?.abortable === true ? call.signal : undefined
      const onAbort = (): void => {
        member.isGone = true
        member.level?.left()
        this.#size--
        if (this.#size === 0) this.#abandoned?.()
        reject(signal?.reason)
      }
      const level = this.#levels[PRIORITIES.indexOf(call?.priority ?? 'normal')]
      const member: Waiting = {
        isGone: false,
        level,
        enter() {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      level?.push(member)
      this.#size++
    })
    if (this.#events?.wants('wait') === true) this.#events.emit({ type: 'wait', name, waiting: this.#size })
    return turn
  }

  /** Lets the next one go; `false` when nobody waits. */
  next(): boolean {
    for (const level of this.#levels) {
      const member = level.shift()
      if (member === undefined) continue
      this.#size--
      member.enter()
      return true
    }
    return false
  }
}

/** An error for one who would be one too many. */
export function queueFull(name: string, maxQueue: number, what: 'calls' | 'keys'): RequestError {
  return new RequestError(
    'ERR_REQUEST_QUEUE_FULL',
    `\`${name}\` was not called, because ${maxQueue} ${what} wait already. Try again later, or raise \`maxQueue\`.`,
    { context: { name, maxQueue } },
  )
}
