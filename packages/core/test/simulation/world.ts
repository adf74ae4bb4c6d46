/**
 * Virtual time and everything that happens in it. Whatever happens is an event: a message that arrives, a timer, a call.
 * The seed decides when each comes, and between two events every promise callback has run, so a seed is one history.
 */
import { type SeededRandom, createRandom } from '@hotpath/testkit'

interface Event {
  readonly at: number
  /** Breaks ties, by chance. */
  readonly order: number
  readonly label: string
  run: (() => void) | undefined
}

/** Lines of the trace. */
const REMEMBERED = 100_000

export class World {
  readonly random: SeededRandom
  /** Milliseconds. */
  now = 0
  /** Events so far. */
  steps = 0
  #observations = 0
  readonly #heap: Event[] = []
  readonly #trace: string[] = []
  /** Called after each event. */
  afterEach: () => void = () => {}
  failure: unknown

  constructor(seed: number) {
    this.random = createRandom(seed)
  }

  /** A number for something that just happened, larger than all before. */
  observe(): number {
    return ++this.#observations
  }

  /** Schedules an event, and answers with what cancels it. */
  after(delayMs: number, label: string, run: () => void): () => void {
    const event: Event = { at: this.now + Math.max(0, delayMs), order: this.random(), label, run }
    push(this.#heap, event)
    return () => void (event.run = undefined)
  }

  /** Notes what the trace of a failure shall say. */
  note(text: string): void {
    this.#trace.push(`${this.now.toFixed(2).padStart(10)}  ${text}`)
    if (this.#trace.length > REMEMBERED) this.#trace.splice(0, REMEMBERED / 2)
  }

  get trace(): string {
    return this.#trace.join('\n')
  }

  /** Lets events happen up to an instant. */
  async runUntil(at: number): Promise<void> {
    for (;;) {
      const next = this.#heap[0]
      if (next === undefined || next.at > at) break
      pop(this.#heap)
      if (next.run === undefined) continue
      this.now = next.at
      this.steps++
      this.note(next.label)
      next.run()
      await settle()
      this.afterEach()
      if (this.failure !== undefined) throw this.failure
    }
    this.now = at
  }
}

/** Lets every promise callback run: macrotasks come after all of them. */
function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

function isBefore(one: Event, other: Event): boolean {
  return one.at === other.at ? one.order < other.order : one.at < other.at
}

function push(heap: Event[], event: Event): void {
  let at = heap.length
  heap.push(event)
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!isBefore(event, heap[parent] as Event)) break
    heap[at] = heap[parent] as Event
    at = parent
  }
  heap[at] = event
}

function pop(heap: Event[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let at = 0
  for (;;) {
    let child = at * 2 + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child++
    if (!isBefore(heap[child] as Event, last)) break
    heap[at] = heap[child] as Event
    at = child
  }
  heap[at] = last
}
