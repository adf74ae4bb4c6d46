import type { City } from 'city-page-example/cities'
import { countryName } from 'city-page-example/names'
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'

interface TitleProps {
  readonly city: City
  readonly onRename: (name: string) => unknown
  /** More buttons. */
  readonly children: ReactNode
}

/** The name of a place, and a form to change it. */
export function Title({ city, onRename, children }: TitleProps): ReactNode {
  const [isEditing, setEditing] = useState(false)
  const heading = useRef<HTMLHeadingElement>(null)
  // Where a reader goes on: when the place has been chosen, and when the form is gone.
  useEffect(() => {
    if (!isEditing) heading.current?.focus({ preventScroll: true })
  }, [isEditing])
  if (isEditing) return <Rename name={city.name} onRename={onRename} onEnd={() => setEditing(false)} />
  return (
    <header>
      <div>
        <h2 ref={heading} tabIndex={-1}>
          {city.name}
        </h2>
        <p>{countryName(city.country)}</p>
      </div>
      <button className="button" onClick={() => setEditing(true)}>
        Rename
      </button>
      {children}
    </header>
  )
}

interface RenameProps {
  readonly name: string
  readonly onRename: (name: string) => unknown
  readonly onEnd: () => void
}

function Rename({ name, onRename, onEnd }: RenameProps): ReactNode {
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const entered = new FormData(event.currentTarget).get('name')
    const changed = typeof entered === 'string' ? entered.trim() : ''
    if (changed !== '' && changed !== name) onRename(changed)
    onEnd()
  }
  return (
    <form className="rename" onSubmit={submit} onKeyDown={({ key }) => key === 'Escape' && onEnd()}>
      <input name="name" aria-label="New name" defaultValue={name} maxLength={60} required autoFocus />
      <button className="button" type="submit">
        Save
      </button>
      <button className="button" type="button" onClick={onEnd}>
        Cancel
      </button>
    </form>
  )
}
