/** Statements of one request, counted by shape; from the fourth on by the place in the program too. */

/** Before that, where a statement comes from is not looked at: it costs more than all else here. */
const UNSEEN = 3

/** Counts the statements of one request. */
export class Repeats {
  readonly #counts = new Map<string, { count: number; sites: Map<string, number> | undefined }>()

  /**
   * Counts one; the place that has run it too often, and how often since it was looked at.
   *
   * @param siteOf - Says where it comes from.
   */
  note(
    fingerprint: string,
    threshold: number,
    siteOf: () => string,
  ): { readonly site: string; readonly count: number } | undefined {
    const shape = this.#counts.get(fingerprint)
    if (shape === undefined) this.#counts.set(fingerprint, { count: 1, sites: undefined })
    if (shape === undefined || ++shape.count <= UNSEEN) return undefined
    const site = siteOf()
    shape.sites ??= new Map()
    const seen = (shape.sites.get(site) ?? 0) + 1
    shape.sites.set(site, seen)
    // Those that were not looked at come from there, as far as can be known.
    const count = seen + UNSEEN
    return count >= threshold ? { site, count } : undefined
  }
}
