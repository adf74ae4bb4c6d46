import { type Route, onRoute, routeOf } from 'city-page-example/route'
import { type ShallowRef, onScopeDispose, shallowRef } from 'vue'

/** What the address says to show. */
export function useRoute(): Readonly<ShallowRef<Route>> {
  const route = shallowRef(routeOf(location.search))
  onScopeDispose(onRoute(() => (route.value = routeOf(location.search))))
  return route
}
