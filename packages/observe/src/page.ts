/** The page around the observers: whether anybody sees it, and whether the network is there. */
import { type Connectivity, type Lifecycle, createConnectivity, createLifecycle } from '@hotpath/web'

/** Parts of a page that observers look at. */
export interface PageParts {
  /** Says when the page is visible. Default: `createLifecycle()` of `@hotpath/web`. */
  readonly lifecycle?: Pick<Lifecycle, 'state' | 'on'> | undefined
  /** Says when the network is back. Default: `createConnectivity()` of `@hotpath/web`. */
  readonly connectivity?: Pick<Connectivity, 'on'> | undefined
}

/** What a page calls. */
interface PageEvents {
  visible(): void
  online(): void
}

/** A page that is followed until it is left. */
export class Page {
  readonly #lifecycle: Pick<Lifecycle, 'state'>
  readonly #ends: (() => void)[] = []

  constructor({ lifecycle, connectivity }: PageParts, { visible, online }: PageEvents) {
    const ownLifecycle = lifecycle ?? this.#own(createLifecycle())
    const ownConnectivity = connectivity ?? this.#own(createConnectivity())
    this.#lifecycle = ownLifecycle
    this.#ends.push(
      ownLifecycle.on('visible', visible),
      // Restored, it was visible before.
      ownLifecycle.on('pageshow', ({ restored }) => restored && visible()),
      ownConnectivity.on('online', online),
    )
  }

  get isVisible(): boolean {
    return this.#lifecycle.state === 'visible'
  }

  leave(): void {
    for (const end of this.#ends.splice(0)) end()
  }

  #own<Part extends { close(): void }>(part: Part): Part {
    this.#ends.push(() => part.close())
    return part
  }
}
