import { useCallback, useSyncExternalStore } from 'react'
import { bareCity, forgetBare, invalidateBare, onBareCity } from './bare-store.ts'
import type { Hooks } from './react-screens.tsx'

/** No library at all: what React itself costs. */
export const bare: Hooks = {
  Provider: ({ children }) => children,
  useCities: () => [],
  useCity(id) {
    const subscribe = useCallback((listener: () => void) => onBareCity(id, listener), [id])
    return useSyncExternalStore(subscribe, () => bareCity(id))
  },
  useRename: () => () => {},
  invalidate: invalidateBare,
  forget: forgetBare,
}
