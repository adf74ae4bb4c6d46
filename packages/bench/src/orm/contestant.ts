/** A query of a row, and one of the first ten rows of a branch. */
export interface Contestant {
  row(id: number): Promise<unknown>
  rows(branch: number): Promise<unknown>
}

/** An ORM, bare and through the optimizer. */
export interface Orm {
  readonly name: string
  readonly bare: Contestant
  readonly ours: Contestant
  /** Bare, over a driver that answers at once: what the ORM itself does for a query, below which no cache of results gets. */
  readonly floor: Contestant
}
