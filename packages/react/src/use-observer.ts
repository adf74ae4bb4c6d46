import { type Cache, type Observer, type Subject, observe } from '@hotpath/observe'
import { useEffect } from 'react'
import { useMade } from './use-made.ts'

/** What a component observes. */
interface Observed<Value, Data> {
  /** On screen while the component is: with the key, the loader and the options of what was shown last. */
  readonly onScreen: Observer<Value, Data>
  /** With those of this render. Nobody listens to it, so that it loads nothing. */
  readonly rendered: Observer<Value, Data>
}

/**
 * Observes a key by the loader and the options of each render. A render has no effect, as it may never be shown: it shows a
 * fork, and the observer on screen is updated when React has shown it.
 */
export function useObserver<Value, Data>(
  cache: Cache,
  { key, loader, options }: Subject<Value, Data>,
): Observed<Value, Data> {
  const kept = useMade([cache], () => {
    const onScreen = observe(cache, key, loader, options)
    return { onScreen, shown: onScreen, key, loader, options }
  })
  const { onScreen, shown } = kept
  const isSame = key === kept.key && loader === kept.loader && options === kept.options
  const rendered = isSame ? shown : shown.fork(key, loader, options)
  useEffect(() => {
    if (rendered === kept.shown) return
    onScreen.update(key, loader, options)
    Object.assign(kept, { shown: rendered, key, loader, options })
  })
  return { onScreen, rendered }
}
