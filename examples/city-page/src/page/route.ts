/** What is on screen, as the address has it: a reload and a link show the same. */
import { type City, HOME } from './cities.ts'

/** What is on screen. */
export interface Route {
  /** A country, or `favourites`. */
  readonly list: string
  /** What is searched for, if anything is. */
  readonly text: string
  /** The place whose details are shown. */
  readonly id: number | undefined
}

/** Reads the query of an address. */
export function routeOf(query: string): Route {
  const parameters = new URLSearchParams(query)
  const id = Number(parameters.get('city'))
  return {
    list: parameters.get('list') ?? HOME,
    text: parameters.get('q') ?? '',
    id: Number.isSafeInteger(id) && id > 0 ? id : undefined,
  }
}

/** The address of a route. */
export function hrefOf({ list, text, id }: Route): string {
  const parameters = new URLSearchParams()
  if (list !== HOME) parameters.set('list', list)
  if (text !== '') parameters.set('q', text)
  if (id !== undefined) parameters.set('city', String(id))
  return parameters.size === 0 ? '/' : `/?${parameters.toString()}`
}

/** How another route is shown. */
export interface Visit {
  /** Takes the place of the one before in the history, as for each letter that is typed. */
  readonly replace?: boolean
  /** What is known of the place of the route: it comes along in the history, so that it is there after a reload. */
  readonly known?: City | undefined
}

/** Shows another route. */
export function go(route: Route, { replace = false, known = knownCity(route.id) }: Visit = {}): void {
  history[replace ? 'replaceState' : 'pushState'](known ?? null, '', hrefOf(route))
  dispatchEvent(new PopStateEvent('popstate'))
}

/** What was known of the place of the route when it was shown. */
export function knownCity(id: number | undefined): City | undefined {
  const known = history.state as City | null
  return known !== null && known.id === id ? known : undefined
}

/** Calls when another route is shown, until the function that it returns is called. */
export function onRoute(listener: () => void): () => void {
  addEventListener('popstate', listener)
  return () => removeEventListener('popstate', listener)
}
