/**
 * Which records of the stream this process appended: those between the positions that an append was acknowledged at.
 * A log may acknowledge before the stream brings the record, and the other way round; the latter is for
 * `PendingInvalidations` to say.
 */
import type { Mark } from '@hotpath/contract'

/** The records of one append: their positions are consecutive. */
interface Range {
  readonly epoch: string
  readonly first: number
  readonly last: number
}

/** Beyond it the oldest are taken for those of another process. */
const MAX_AWAITED = /* bound: awaited */ 1_000

export class OwnRecords {
  /** Those that the stream has yet to bring. */
  #awaited: Range[] = []

  /**
   * @param mark - Of the last of them.
   * @param cursor - Up to where the stream has come.
   */
  acknowledged(count: number, { epoch, position }: Mark, cursor: Mark): void {
    const isAwaited = ({ epoch: of, last }: Range): boolean => of !== cursor.epoch || last > cursor.position
    const range: Range = { epoch, first: position - count + 1, last: position }
    if (!isAwaited(range)) return
    this.#awaited.push(range)
    if (this.#awaited.length > MAX_AWAITED) this.#awaited = this.#awaited.filter(isAwaited).slice(-MAX_AWAITED / 2)
  }

  has({ epoch, position }: Mark): boolean {
    return this.#awaited.some((range) => range.epoch === epoch && range.first <= position && position <= range.last)
  }
}
