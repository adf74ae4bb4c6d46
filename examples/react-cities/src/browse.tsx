import { HOME } from 'city-page-example/cities'
import { COUNTRIES, countryName } from 'city-page-example/names'
import { type Route, go } from 'city-page-example/route'
import type { ReactNode } from 'react'
import { CountryList, FavouriteList, SearchResults } from './lists.tsx'
import type { Like } from './rows.tsx'

/** Where places are found: a field, countries, and a list. */
export function Browse({ route, onLike }: { readonly route: Route; readonly onLike: Like }): ReactNode {
  const { text, list } = route
  return (
    <section className="card browse" aria-label="Places">
      <search className="search">
        <input
          type="search"
          aria-label="Search places"
          placeholder="Search 135,000 places"
          autoComplete="off"
          value={text}
          onChange={({ target }) => go({ ...route, text: target.value }, { replace: true })}
        />
      </search>
      <div className="chips" role="group" aria-label="Lists">
        <Chip route={route} list="favourites" label="★ Favourites" />
        {COUNTRIES.map((code) => (
          <Chip key={code} route={route} list={code} label={countryName(code)} />
        ))}
      </div>
      {text.trim() !== '' ? (
        <SearchResults route={route} onLike={onLike} />
      ) : list === 'favourites' ? (
        <FavouriteList route={route} onLike={onLike} />
      ) : (
        <CountryList key={list} route={route} onLike={onLike} />
      )}
    </section>
  )
}

function Chip({
  route,
  list,
  label,
}: {
  readonly route: Route
  readonly list: string
  readonly label: string
}): ReactNode {
  const isChosen = route.text === '' && (route.list ?? HOME) === list
  return (
    <button className="chip" aria-pressed={isChosen} onClick={() => go({ ...route, list, text: '' })}>
      {label}
    </button>
  )
}
