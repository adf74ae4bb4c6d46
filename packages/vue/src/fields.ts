import {
  type ComputedRef,
  type ShallowRef,
  computed,
  getCurrentInstance,
  onActivated,
  onDeactivated,
  onMounted,
  onScopeDispose,
  shallowRef,
} from 'vue'

/**
 * Each member of a snapshot as a ref: what uses one is run again when that one changes. Of a union it is one ref for each
 * name, whichever of them the snapshot is at the moment (`Exclude`, so that the type does not make a union of refs).
 */
export type Fields<Shown> = { readonly [Name in Exclude<keyof Shown, never>]: ComputedRef<Shown[Name]> } & {
  /**
   * All members in one object, which TypeScript narrows: where `snapshot.value.status` is `ready`, `snapshot.value.data` is
   * there. What uses it is run again when any of them changes.
   */
  readonly snapshot: ComputedRef<Shown>
}

/** What there is to show. */
interface Source<Shown> {
  readonly subscribe: (listener: () => void) => () => void
  readonly snapshot: () => Shown
  /** What a server showed, while a page takes over what that rendered. Default: as `snapshot`. */
  readonly serverSnapshot?: () => Shown
}

/**
 * A source that is on screen while a component is: from when it is mounted, so that a server listens to nothing, and not while
 * a `KeepAlive` keeps it.
 */
export interface Shown<Snapshot> {
  readonly fields: Fields<Snapshot>
  /** Shows what the source has now, or another one. */
  show(source: Source<Snapshot>): void
}

/** Shows a source in the component, or the scope, that calls. */
export function useFields<Snapshot extends { readonly status: string }>(first: Source<Snapshot>): Shown<Snapshot> {
  let source = first
  let isOnScreen = false
  // A component that takes over what a server rendered has an element before it is set up.
  let isHydrating = (getCurrentInstance()?.vnode.el ?? null) !== null
  const shown: ShallowRef<Snapshot> = shallowRef(current())
  let stop = (): void => {}

  function current(): Snapshot {
    const sent = isHydrating ? source.serverSnapshot?.() : undefined
    // A server that sent no value waited for it, as this page does.
    return sent === undefined || sent.status === 'pending' ? source.snapshot() : sent
  }
  function listen(): void {
    stop()
    stop = isOnScreen ? source.subscribe(() => (shown.value = source.snapshot())) : () => {}
    shown.value = current()
  }
  function begin(): void {
    if (isOnScreen) return
    isOnScreen = true
    isHydrating = false
    listen()
  }
  function end(): void {
    isOnScreen = false
    stop()
  }
  if (getCurrentInstance() === null) begin()
  else {
    onMounted(begin)
    onActivated(begin)
    onDeactivated(end)
  }
  onScopeDispose(end)

  const names = Object.keys(shown.value) as (keyof Snapshot)[]
  const fields = Object.fromEntries(names.map((name) => [name, computed(() => shown.value[name])]))
  return {
    fields: { ...fields, snapshot: computed(() => shown.value) } as unknown as Fields<Snapshot>,
    show(next) {
      const isOther = next !== source
      source = next
      if (isOther) listen()
      else shown.value = current()
    },
  }
}
