/** What `useCached` does in a page. */
import { type Subject, useCached } from '@hotpath/react'
import { type ReactNode, useEffect, useState, version as reactVersion } from 'react'
import { complained, eventually, later, quiet, screenOf } from '../screen.ts'

/** Of the React that renders. */
export function version(): string {
  return reactVersion
}

function Show<Value>({
  subject,
  onRender,
}: {
  readonly subject: Subject<Value>
  readonly onRender?: () => void
}): ReactNode {
  const { data, status } = useCached(subject)
  onRender?.()
  return `${status}:${JSON.stringify(data)};`
}

/** A hundred components on one key, and a load that takes a while. */
export async function hundred(): Promise<unknown> {
  const counts = { loads: 0, renders: 0 }
  const loader = async (): Promise<string> => {
    counts.loads++
    await quiet()
    return 'Bern'
  }
  const subject = { key: 'city', loader }
  const all = Array.from({ length: 100 }, (_, index) => (
    <Show key={index} subject={subject} onRender={() => counts.renders++} />
  ))
  const screen = screenOf(all, { isStrict: false })
  await screen.shows('ready:"Bern";'.repeat(100))
  await screen.cache.invalidate([{ key: 'city' }])
  await quiet()
  await screen.leave()
  return { ...counts, complaints: complained() }
}

/** A thousand components on as many keys, and one tag of all invalidated. */
export async function thousand(): Promise<unknown> {
  let renders = 0
  let value = 1
  const all = Array.from({ length: 1_000 }, (_, id) => (
    <Show
      key={id}
      subject={{ key: ['many', id], loader: async () => value, options: { tags: ['many'] } }}
      onRender={() => renders++}
    />
  ))
  const screen = screenOf(all, { isStrict: false })
  await screen.shows('ready:1;'.repeat(1_000))
  renders = 0
  value = 2
  await screen.cache.invalidateTags(['many'])
  await screen.shows('ready:2;'.repeat(1_000))
  await screen.leave()
  return { renders, complaints: complained() }
}

/** Nothing is rendered for what a component does not read; the same value is no change. */
export async function onlyWhatIsRead(): Promise<unknown> {
  let renders = 0
  let value = { name: 'Bern', tags: ['a'] }
  function Name(): ReactNode {
    const { data } = useCached('city', async () => value)
    renders++
    return data?.name ?? 'none'
  }
  const screen = screenOf(<Name />, { isStrict: false })
  await screen.shows('Bern')
  renders = 0
  value = { name: 'Bern', tags: ['a'] }
  await screen.cache.invalidate([{ key: 'city' }])
  await quiet()
  const afterSame = renders
  value = { name: 'Berne', tags: ['a'] }
  await screen.cache.invalidate([{ key: 'city' }])
  await screen.shows('Berne')
  await screen.leave()
  return { afterSame, afterOther: renders, complaints: complained() }
}

/** In strict mode effects run twice: one load, and nothing left behind. */
export async function strict(): Promise<unknown> {
  let loads = 0
  const aborted: boolean[] = []
  const held = later<string>()
  const subject: Subject<string> = {
    key: 'city',
    loader({ signal }) {
      loads++
      signal.addEventListener('abort', () => aborted.push(true))
      return held.promise
    },
  }
  const screen = screenOf(<Show subject={subject} />)
  await screen.shows('pending:undefined;')
  // Effects may run some time after what they are of is shown.
  await eventually(
    () => loads > 0,
    () => 'nothing is loaded',
  )
  await quiet()
  const afterMount = { loads, aborted: aborted.length }
  screen.render(null)
  await quiet()
  await screen.leave()
  return { afterMount, afterUnmount: { loads, aborted: aborted.length }, complaints: complained() }
}

/** The key changes while it is loaded: the load is aborted, and what was shown stays where that is asked for. */
export async function keyChanges(): Promise<unknown> {
  const seen: string[] = []
  const aborted: number[] = []
  const held = later()
  function City(): ReactNode {
    const [id, setId] = useState(1)
    const { data, isPlaceholder } = useCached(
      ['city', id],
      async ({ signal }) => {
        signal.addEventListener('abort', () => aborted.push(id))
        if (id === 2) await held.promise
        return id
      },
      { keepPrevious: true, select: (value) => `n${value}` },
    )
    const shown = `${data}${isPlaceholder ? '?' : ''}`
    if (seen.at(-1) !== shown) seen.push(shown)
    return <button onClick={() => setId(id + 1)}>{shown}</button>
  }
  const screen = screenOf(<City />)
  await screen.shows('n1')
  screen.element('button').click()
  await screen.shows('n1?')
  await quiet()
  screen.element('button').click()
  await screen.shows('n3')
  held.resolve()
  await quiet()
  const text = screen.text()
  await screen.leave()
  return { seen, aborted, text, complaints: complained() }
}

/** Loaders that do what they should not. */
export async function badLoaders(): Promise<unknown> {
  const loaders: Record<string, () => unknown> = {
    throws: () => {
      throw new Error('none')
    },
    rejects: () => Promise.reject('a string'),
    nothing: () => undefined,
  }
  function Show(): ReactNode {
    return Object.entries(loaders).map(([name, loader]) => <One key={name} name={name} loader={loader} />)
  }
  function One({ name, loader }: { readonly name: string; readonly loader: () => unknown }): ReactNode {
    const { status, error } = useCached(name, loader)
    return `${name}:${status}:${String((error as Error | undefined)?.message ?? error)};`
  }
  const screen = screenOf(<Show />)
  await screen.shows('throws:failed:none;rejects:failed:a string;nothing:ready:undefined;')
  await screen.leave()
  return complained()
}

/** The loader and the options are those of the last render. */
export async function latestLoader(): Promise<unknown> {
  let observed = ''
  function City({ name }: { readonly name: string }): ReactNode {
    const { data } = useCached('city', async () => name, { select: (value) => value.length + name.length })
    // After those of the hook.
    useEffect(() => void (observed = name))
    return data
  }
  const screen = screenOf(<City name="Bern" />)
  await screen.shows('8')
  screen.render(<City name="Basel" />)
  await screen.shows('9')
  await eventually(
    () => observed === 'Basel',
    () => `It observes ${observed}.`,
  )
  await screen.cache.invalidate([{ key: 'city' }])
  await screen.shows('10')
  await screen.leave()
  return complained()
}
