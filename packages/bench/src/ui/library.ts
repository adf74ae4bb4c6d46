/** A library that shows cities, whichever it is, and the screens that all of them have. */

/** What is shown. */
export type Screen =
  /** Components that show a name each: of a city each, or all of the same. */
  | { readonly type: 'names'; readonly count: number; readonly isShared: boolean }
  | { readonly type: 'list' }
  | { readonly type: 'detail'; readonly id: number }
  /** A button that renames a city. */
  | { readonly type: 'rename'; readonly id: number }

/** One library, with its framework. */
export interface Library {
  /** Shows a screen in place of the one before, or nothing. Resolves when it is in the page. */
  show(container: HTMLElement, screen: Screen | undefined): Promise<void>
  /** Invalidates all cities that are on screen. */
  invalidate(): void
  /** Forgets all that is not on screen. */
  forget(): unknown
  /** How many observers are on screen, where that can be told. */
  observers?(): number
}
