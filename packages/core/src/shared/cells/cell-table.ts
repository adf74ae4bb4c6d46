/**
 * Positions of cells by number. Most tables hold few, and are a map; one that has filled up is an array of all cells,
 * which takes less memory than such a map, and a fraction of the time to fill when a new mirror is read.
 */
export class CellTable {
  readonly #cells: number
  readonly #maxSparse: number
  #sparse = new Map<number, number>()
  #dense: Float64Array | undefined

  /** @param cells - How many there are. */
  constructor(cells: number) {
    this.#cells = cells
    this.#maxSparse = cells / 32
  }

  /** 0 for one that was never raised. */
  get(cell: number): number {
    return (this.#dense === undefined ? this.#sparse.get(cell) : this.#dense[cell]) ?? 0
  }

  raise(cell: number, position: number): void {
    /* rule: raise-cells */
    if (this.get(cell) >= position) return
    if (this.#dense !== undefined) this.#dense[cell] = position
    else this.#sparse.set(cell, position)
    if (this.#sparse.size > this.#maxSparse) this.#fill()
  }

  #fill(): void {
    this.#dense = new Float64Array(this.#cells)
    for (const [cell, position] of this.#sparse) this.#dense[cell] = position
    this.#sparse = new Map()
  }
}
