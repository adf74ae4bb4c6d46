/** A page without a framework: a field to search in, a list of places, and one of them, which can be renamed. */
import { observe } from '@hotpath/observe'
import { mutation } from '@hotpath/observe/mutation'
import { observePages } from '@hotpath/observe/pages'
import {
  type City,
  type CityRead,
  HOME,
  city,
  country,
  createCityCache,
  followServer,
  search,
} from 'city-page-example/cities'
import { changeConditions } from 'city-page-example/conditions'
import { countryName, ordinal, populationOf, positionOf } from 'city-page-example/names'
import { go, knownCity, onRoute, routeOf } from 'city-page-example/route'
import { rename as renaming } from 'city-page-example/writes'
import { element, fill, on, onLink } from './elements.ts'
import { showRows } from './rows.ts'

const cache = createCityCache()
followServer(cache)

// What is on screen is what the cache knows: the biggest places, those that are searched for, and one.
let route = routeOf(location.search)
const isSearch = (): boolean => route.text.trim() !== ''
const { key, load, options } = country(HOME)
const biggest = observePages(cache, key, load, options)
const found = observe(cache, ...argumentsOf(search(route.text)))
const chosen = observe(cache, ...argumentsOf(chosenOf(route.id)))
const rename = mutation(cache, renaming.run, renaming.options)
for (const { subscribe } of [biggest, found, chosen, rename]) subscribe(show)

onRoute(() => {
  route = routeOf(location.search)
  found.update(...argumentsOf(search(route.text)))
  chosen.update(...argumentsOf(chosenOf(route.id)))
  show()
})
on('q', 'input', () => go({ ...route, text: element<HTMLInputElement>('q').value }, { replace: true }))
onLink('cities', ({ search: query }) => {
  const next = routeOf(query)
  go(next, { known: listed().find(({ id }) => id === next.id) })
})
on('more', 'click', () => void biggest.fetchNext())
onLink('back', () => go({ ...route, id: undefined }))
on('troubles', 'change', ({ target }) => {
  if (target instanceof HTMLInputElement) void changeConditions({ [target.name]: target.checked })
})
on('rename', 'submit', (event) => {
  event.preventDefault()
  const name = element<HTMLInputElement>('new').value.trim()
  const { data } = chosen.snapshot()
  // What it is refused with is in the snapshot, too.
  if (data !== undefined) rename.mutate({ city: data, name, text: route.text }).catch(() => {})
  element<HTMLFormElement>('rename').reset()
})
element<HTMLInputElement>('q').value = route.text
show()
void import('@hotpath/observe/inspector').then(({ attachInspector }) => attachInspector(cache))

function argumentsOf<Value>({ key: of, loader, options: how }: CityRead<Value>) {
  return [of, loader, how] as const
}

/** What the list knows of a place is there at once, and the rest when it is loaded. */
function chosenOf(id: number | undefined): ReturnType<typeof city> {
  const read = city(id ?? 0, knownCity(id))
  return { ...read, options: { ...read.options, enabled: id !== undefined } }
}

/** What was found for other letters is shown until there is something else to say. */
function listed(): readonly City[] {
  if (!isSearch()) return biggest.snapshot().items
  const { data = [], status, isPlaceholder } = found.snapshot()
  return status === 'failed' && isPlaceholder ? [] : data
}

function show(): void {
  const { error } = isSearch() ? found.snapshot() : biggest.snapshot()
  showRows(listed(), route)
  const what = isSearch() ? `What begins with “${route.text}”` : `The biggest places of ${countryName(HOME)}`
  element('summary').textContent = error === undefined ? what : 'The API is away: what was loaded before is here'
  element('more').hidden = isSearch() || !biggest.snapshot().hasNext

  const { data: shown } = route.id === undefined ? { data: undefined } : chosen.snapshot()
  element('page').dataset['detail'] = String(route.id !== undefined)
  element('none').hidden = shown !== undefined
  element('city').hidden = shown === undefined
  if (shown !== undefined) {
    const rank = shown.rankInCountry === undefined ? '…' : `${ordinal(shown.rankInCountry)} by size`
    const [population, position] = [populationOf(shown.population), positionOf(shown)]
    fill(document, { name: shown.name, country: countryName(shown.country), population, rank, position })
  }
  const refused = rename.snapshot().error
  element('refused').hidden = refused === undefined
  if (refused instanceof Error) element('refused').textContent = `${refused.message} It was taken back.`
}
