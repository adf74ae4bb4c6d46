/** What the other hooks do in a page. */
import {
  useCache,
  useCacheEvents,
  useErrorReset,
  useInfiniteCached,
  useMutation,
  usePrefetch,
  useSuspenseCached,
  useCached,
} from '@hotpath/react'
import { Component, type ReactNode, Suspense, useState } from 'react'
import { complained, eventually, later, quiet, screenOf } from '../screen.ts'

interface City {
  readonly name: string
}

/** Shows what failed, and a button that tries again. */
class Boundary extends Component<{ readonly children: ReactNode; readonly onReset: () => void }> {
  override state: { readonly failed: string | undefined } = { failed: undefined }

  static getDerivedStateFromError(error: unknown): { readonly failed: string } {
    return { failed: (error as Error).message }
  }

  override render(): ReactNode {
    if (this.state.failed === undefined) return this.props.children
    const reset = (): void => {
      this.props.onReset()
      this.setState({ failed: undefined })
    }
    return <button onClick={reset}>{this.state.failed}</button>
  }
}

/** The fallback, a failure that the boundary shows, and what is there when it is reset; a refresh suspends no more. */
export async function suspense(): Promise<unknown> {
  const loads = [later(), later()]
  let count = 0
  function Name(): ReactNode {
    const { data } = useSuspenseCached('city', async (): Promise<City> => {
      const load = count++
      await loads[load]?.promise
      if (load === 0) throw new Error('down')
      return { name: `Bern ${load}` }
    })
    return data.name
  }
  function Page(): ReactNode {
    return (
      <Boundary onReset={useErrorReset()}>
        <Suspense fallback="waiting">
          <Name />
          <Name />
        </Suspense>
      </Boundary>
    )
  }
  const screen = screenOf(<Page />)
  await screen.shows('waiting')
  loads[0]?.resolve()
  await screen.shows('down')
  const failed = count
  screen.element('button').click()
  await screen.shows('waiting')
  loads[1]?.resolve()
  await screen.shows('Bern 1Bern 1')
  await screen.cache.invalidate([{ key: 'city' }])
  await screen.shows('Bern 2Bern 2')
  await screen.leave()
  return { failed, count, complaints: complained() }
}

/** A `select` that throws reaches the boundary, as there is nothing to show; reset, it is loaded and tried again. */
export async function suspenseSelect(): Promise<unknown> {
  let name: string | undefined
  function Name(): ReactNode {
    const load = async (): Promise<{ readonly name: string | undefined }> => ({ name })
    const { data } = useSuspenseCached('city', load, { select: (city) => (city.name as string).toUpperCase() })
    return data
  }
  function Page(): ReactNode {
    return (
      <Boundary onReset={useErrorReset()}>
        <Suspense fallback="waiting">
          <Name />
        </Suspense>
      </Boundary>
    )
  }
  const screen = screenOf(<Page />)
  await eventually(
    () => screen.text().includes('toUpperCase'),
    () => screen.text(),
  )
  name = 'Bern'
  screen.element('button').click()
  await screen.shows('BERN')
  name = undefined
  await screen.cache.invalidate([{ key: 'city' }])
  await quiet()
  const shown = screen.text()
  await screen.leave()
  return { shown, complaints: complained() }
}

/** A component that suspends and is gone before anything is there. */
export async function suspenseLeft(): Promise<unknown> {
  const load = later()
  function Name(): ReactNode {
    return useSuspenseCached('city', () => load.promise.then(() => 'Bern')).data
  }
  const page = (
    <Suspense fallback="waiting">
      <Name />
    </Suspense>
  )
  const screen = screenOf(page)
  await screen.shows('waiting')
  screen.render('left')
  await screen.shows('left')
  load.resolve()
  await quiet()
  screen.render(page)
  await screen.shows('Bern')
  await screen.leave()
  return complained()
}

/** A change that is shown at once, taken back when it fails, and awaited by nobody. */
export async function mutations(): Promise<unknown> {
  let stored: City = { name: 'Bern' }
  let hold = later()
  const seen: string[] = []
  function Rename(): ReactNode {
    const [round, setRound] = useState(1)
    const { data } = useCached('city', async () => stored)
    const { mutate, status } = useMutation(
      async (name: string) => {
        await hold.promise
        if (round === 2) throw new Error('refused')
        stored = { name }
      },
      { optimistic: () => [{ key: 'city', update: (_before: City, name) => ({ name }) }] },
    )
    const shown = `${data?.name} ${status}`
    if (seen.at(-1) !== shown) seen.push(shown)
    const click = (): void => {
      void mutate(`Berne ${round}`)
      setRound(round + 1)
    }
    return <button onClick={click}>{shown}</button>
  }
  const screen = screenOf(<Rename />)
  await screen.shows('Bern idle')
  screen.element('button').click()
  await screen.shows('Berne 1 pending')
  hold.resolve()
  await screen.shows('Berne 1 ready')
  hold = later()
  screen.element('button').click()
  await screen.shows('Berne 2 pending')
  hold.resolve()
  await screen.shows('Berne 1 failed')
  await quiet()
  await screen.leave()
  return complained()
}

/** A list whose pages are added, and another list in its place. */
export async function lists(): Promise<unknown> {
  function List(): ReactNode {
    const [first, setFirst] = useState(0)
    const { items, hasNext, fetchNext } = useInfiniteCached(
      ['list', first],
      async ({ cursor }) => [cursor, cursor + 1],
      { first, next: (last) => (last[1] === first + 3 ? undefined : (last[1] ?? 0) + 1) },
    )
    return <button onClick={hasNext ? () => void fetchNext() : () => setFirst(10)}>{items.join()}</button>
  }
  const screen = screenOf(<List />)
  await screen.shows('0,1')
  screen.element('button').click()
  await screen.shows('0,1,2,3')
  screen.element('button').click()
  await screen.shows('10,11')
  await screen.leave()
  return complained()
}

/** Keys that are loaded ahead, and events. */
export async function ahead(): Promise<unknown> {
  const loaded: string[] = []
  const events: string[] = []
  const of = (key: string) => ({ key, loader: async () => void loaded.push(key) })
  function Links(): ReactNode {
    const cache = useCache()
    useCacheEvents('invalidated', ({ scope }) => events.push(scope.type))
    return (
      <>
        <a ref={usePrefetch(of('hover'))}>1</a>
        <b ref={usePrefetch(of('visible'), 'visible')}>2</b>
        <i ref={usePrefetch(of('idle'), 'idle')}>3</i>
        <button onClick={() => void cache.invalidateTags(['t'])}>4</button>
      </>
    )
  }
  const screen = screenOf(<Links />)
  await eventually(
    () => loaded.length === 2,
    () => `Loaded: ${loaded.join()}`,
  )
  screen.element('a').dispatchEvent(new PointerEvent('pointerenter'))
  screen.element('button').click()
  await eventually(
    () => loaded.length === 3 && events.length > 0,
    () => `Loaded: ${loaded.join()}; events: ${events.join()}`,
  )
  await screen.leave()
  return { loaded: loaded.toSorted(), events, complaints: complained() }
}
