import { cityOf } from './cities.ts'
import type { Hooks } from './react-screens.tsx'

/** No library at all: what React itself costs. */
export const bare: Hooks = {
  Provider: ({ children }) => children,
  useCities: () => [],
  useCity: cityOf,
  useRename: () => () => {},
  invalidate: () => {},
  forget: () => {},
}
