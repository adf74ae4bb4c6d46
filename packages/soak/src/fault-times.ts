/** When faults went on that may cost entries. */

interface Span {
  readonly name: string
  readonly from: number
  to: number
}

/** Times are of one clock that only grows. */
export class FaultTimes {
  readonly #losing: ReadonlySet<string>
  readonly #spans: Span[] = []

  /** @param losing - Names of the faults that may cost entries; the others are not noted. */
  constructor(losing: Iterable<string>) {
    this.#losing = new Set(losing)
  }

  /** A fault begins. Returns what ends it. */
  begin(name: string, from: number): (to: number) => void {
    const span: Span = { name, from, to: Number.POSITIVE_INFINITY }
    if (this.#losing.has(name)) this.#spans.push(span)
    return (to) => void (span.to = to)
  }

  /** The last fault that went on at any time from `from` to `to`. */
  between(from: number, to: number): string | undefined {
    return this.#spans.findLast((span) => span.from <= to && span.to >= from)?.name
  }
}
