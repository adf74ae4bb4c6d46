import { useMemo, useState, useSyncExternalStore } from 'react'
import { type Fields, isSameIn, tracked } from './tracked.ts'

/** What there is to show. */
interface Source<Shown> {
  /** The same function in each render, so that nothing is subscribed to anew. */
  readonly subscribe: (listener: () => void) => () => void
  /** The same object until something changes. May be another function in each render. */
  readonly snapshot: () => Shown
  /** What a server showed, while a page takes over what that rendered. Default: as `snapshot`. */
  readonly serverSnapshot?: () => Shown
}

/** Shows what a source has, together with functions, and renders again when something has changed that was read of it. */
export function useSnapshot<Shown extends object, Actions extends object>(
  source: Source<Shown>,
  actions: Actions,
): Shown & Actions {
  const [fields] = useState((): Fields => new Set())
  const shown = useSyncExternalStore(source.subscribe, ...snapshotsFor(fields, source))
  return useMemo(() => tracked({ ...shown, ...actions }, fields), [shown, actions, fields])
}

/**
 * For one render: the newest one, or that of the server, at first, and then the same while what was read of it says the same.
 * So a page that has taken over what the server rendered renders again only where that was something else.
 */
function snapshotsFor<Shown extends object>(
  fields: Fields,
  { snapshot, serverSnapshot = snapshot }: Source<Shown>,
): [() => Shown, () => Shown] {
  let rendered: Shown | undefined
  const unlessSame = (next: Shown): Shown => {
    if (rendered === undefined || !isSameIn(fields, rendered, next)) rendered = next
    return rendered
  }
  return [() => unlessSame(snapshot()), () => unlessSame(serverSnapshot())]
}
