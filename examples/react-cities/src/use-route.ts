import { type Route, onRoute, routeOf } from 'city-page-example/route'
import { useMemo, useSyncExternalStore } from 'react'

/** What the address says to show. */
export function useRoute(): Route {
  const query = useSyncExternalStore(onRoute, () => location.search)
  return useMemo(() => routeOf(query), [query])
}
