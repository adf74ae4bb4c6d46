import { type Conditions, TROUBLES, changeConditions } from 'city-page-example/conditions'
import { type ReactNode, useEffect, useState } from 'react'

/** Switches for what a server can do to a page. */
export function Troubles(): ReactNode {
  const [conditions, setConditions] = useState<Partial<Conditions>>({})
  const change = (changed?: Partial<Conditions>): void => {
    changeConditions(changed).then(setConditions, () => {})
  }
  useEffect(change, [])
  return (
    <details className="troubles" data-active={Object.values(conditions).includes(true)}>
      <summary>Make trouble</summary>
      <fieldset>
        <legend className="visually-hidden">Trouble that the server makes</legend>
        {TROUBLES.map(({ name, label }) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={conditions[name] ?? false}
              onChange={({ target }) => change({ [name]: target.checked })}
            />
            {label}
          </label>
        ))}
      </fieldset>
    </details>
  )
}
