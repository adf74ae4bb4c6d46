/**
 * Optimistic layers: changes that are shown before the source has them, on top of the value that was loaded last.
 *
 * Invariant: layers are applied in the order in which they were added. One stays until it is dropped (its change failed), or
 * until a value is loaded that has it: one that was loaded after it was settled. So no load hides a change that is on its
 * way, and no change is shown twice for longer than that. Knows neither a cache nor a framework. Cost: one update for each
 * layer whenever the value changes.
 */
import { replaceIds } from './ids.ts'

/** Makes the value that is to be shown; returns a new one, and changes nothing. */
export type Update<Value, Input> = (value: Value, input: Input) => Value

/** One change. */
export interface Layer<Value> {
  readonly update: Update<Value, never>
  /** What the change is about; temporary ids in it are replaced when the real ones are known. */
  input: unknown
}

/** @typeParam At - When a layer was settled, in the order of the source. */
export class Layers<Value, At> {
  /** In the order in which they were added; with when they were settled. */
  readonly #layers = new Map<Layer<Value>, { readonly at: At } | undefined>()
  readonly #fault: (error: unknown) => void
  readonly #holds: (value: unknown) => boolean

  /**
   * @param fault - Called with what an update threw; its layer is left out then.
   * @param holds - Whether what an update returned may be shown.
   */
  constructor(fault: (error: unknown) => void, holds: (value: unknown) => boolean = () => true) {
    this.#fault = fault
    this.#holds = holds
  }

  get size(): number {
    return this.#layers.size
  }

  /** Whether a change is on its way. */
  get isPending(): boolean {
    for (const settled of this.#layers.values()) if (settled === undefined) return true
    return false
  }

  add<Input>(update: Update<Value, Input>, input: Input): Layer<Value> {
    const layer = { update: update as Update<Value, never>, input }
    this.#layers.set(layer, undefined)
    return layer
  }

  /** Takes a change back. */
  drop(layer: Layer<Value>): void {
    this.#layers.delete(layer)
  }

  /** The source has the change: it is shown until a value is loaded that was read after this. */
  settle(layer: Layer<Value>, at: At): void {
    if (this.#layers.has(layer)) this.#layers.set(layer, { at })
  }

  /** A value was loaded. `has` says whether it was read after a layer was settled. */
  loaded(has: (settledAt: At) => boolean): void {
    for (const [layer, settled] of this.#layers)
      if (settled !== undefined && has(settled.at)) this.#layers.delete(layer)
  }

  /** Replaces temporary ids in all layers. */
  resolve(ids: ReadonlyMap<string, unknown>): void {
    for (const layer of this.#layers.keys()) layer.input = replaceIds(layer.input, ids)
  }

  /** The value with all layers on top. */
  apply(value: Value): Value {
    let layered = value
    for (const { update, input } of this.#layers.keys()) {
      try {
        const next = update(layered, input as never)
        if (isPromise(next)) throw new TypeError('An optimistic update must not be async.')
        if (!this.#holds(next))
          throw new TypeError(
            'An optimistic update must return what its key stores: a value, or of a list `{ pages, cursors }`.',
          )
        layered = next
      } catch (error) {
        this.#fault(error)
      }
    }
    return layered
  }
}

function isPromise(value: unknown): boolean {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
}
