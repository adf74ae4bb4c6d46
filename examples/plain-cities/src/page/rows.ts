/** The rows of the list. Each place keeps its element, so that the focus stays where it is when others come and go. */
import type { City } from 'city-page-example/cities'
import { countryName, populationOf } from 'city-page-example/names'
import { type Route, hrefOf } from 'city-page-example/route'
import { element, fill } from './elements.ts'

const rows = new Map<number, HTMLElement>()

export function showRows(cities: readonly City[], route: Route): void {
  const shown = cities.map((city) => rowOf(city, route))
  const list = element('cities')
  if (shown.length !== list.children.length || shown.some((row, index) => row !== list.children[index])) {
    list.replaceChildren(...shown)
  }
  const ids = new Set(cities.map(({ id }) => id))
  for (const id of rows.keys()) if (!ids.has(id)) rows.delete(id)
}

function rowOf(city: City, route: Route): HTMLElement {
  const { id, name, country, population } = city
  const row = rows.get(id) ?? makeRow()
  rows.set(id, row)
  row.dataset['selected'] = String(id === route.id)
  row.querySelector('a')?.setAttribute('href', hrefOf({ ...route, id }))
  fill(row, { title: name, where: countryName(country), count: populationOf(population) })
  return row
}

function makeRow(): HTMLElement {
  return element<HTMLTemplateElement>('row').content.firstElementChild?.cloneNode(true) as HTMLElement
}
