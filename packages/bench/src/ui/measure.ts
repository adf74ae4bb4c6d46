/** What is measured in the page, of any library. */
import { counts, growOlder, isNewest } from './cities.ts'
import type { Library, Screen } from './library.ts'
import { timers } from './timers.ts'

/** So long nothing changes in a page that has come to rest. */
const QUIET_MS = 100
const MANY = 1_000
const ROUNDS = 5
/** Of a screen. */
const USES = 20

/** What an action came to. */
export interface Outcome {
  readonly loads: number
  readonly renders: number
  /** How often the page was changed. */
  readonly passes: number
  /** Until the last change. */
  readonly ms: number
}

/** What is left in a page whose screens are gone. */
export interface Left {
  /** That wait. */
  readonly timers: number
  /** On screen; `undefined`: the library does not say. */
  readonly observers: number | undefined
}

const libraries = new Map<string, Library>()

/** Says what a page has. */
export function useLibraries(all: Readonly<Record<string, Library>>): void {
  for (const [name, library] of Object.entries(all)) libraries.set(name, library)
}

/** A hundred components show one key that is not there. */
export async function shared(name: string): Promise<Outcome> {
  const { library, container, leave } = open(name)
  growOlder()
  await library.forget()
  const outcome = await watch(container, () => library.show(container, { type: 'names', count: 100, isShared: true }))
  await leave()
  return outcome
}

let shownMany: ReturnType<typeof open> & { readonly name: string }

/** A thousand components show a key each. */
export async function showMany(name: string): Promise<void> {
  shownMany = { ...open(name), name }
  const { library, container } = shownMany
  await watch(container, () => library.show(container, { type: 'names', count: MANY, isShared: false }))
  growOlder()
}

/** All of them are invalidated. */
export function invalidateMany(): Promise<Outcome> {
  return watch(shownMany.container, () => shownMany.library.invalidate())
}

/** They are taken away. */
export async function leaveMany({ loads }: Outcome): Promise<void> {
  if (loads !== MANY) throw new Error(`\`${shownMany.name}\` loaded ${loads} of ${MANY} keys.`)
  await shownMany.leave()
}

/** Shows one of the three screens, of which nothing is known, uses it and leaves it: a list that is loaded once, twenty cities, or a change of each. */
export async function use(name: string, screen: 'list' | 'detail' | 'change'): Promise<Outcome> {
  const { library, container, leave } = open(name)
  growOlder()
  await library.forget()
  const outcome = await watch(container, async () => {
    for (let id = 0; id < USES; id++) {
      if (screen === 'list') await showList(library, container)
      else if (screen === 'detail') await showCity(library, container, { type: 'detail', id })
      else {
        await showCity(library, container, { type: 'rename', id })
        container.querySelector('button')?.click()
        await shows(container, `renamed ${id}`)
      }
      await library.show(container, undefined)
    }
  })
  await leave()
  return outcome
}

async function showList(library: Library, container: HTMLElement): Promise<void> {
  await library.show(container, { type: 'list' })
  await shows(container, 'city 99 of')
}

async function showCity(
  library: Library,
  container: HTMLElement,
  screen: Extract<Screen, { readonly id: number }>,
): Promise<void> {
  await library.show(container, screen)
  await shows(container, ` ${screen.id} of`)
}

/** Microseconds to show a component whose key is there, and to take it away. */
export async function mountUs(name: string): Promise<number> {
  const { library, container, leave } = open(name)
  const screen: Screen = { type: 'names', count: MANY, isShared: false }
  growOlder()
  await library.forget()
  await watch(container, () => library.show(container, screen))
  await watch(container, () => library.show(container, undefined))
  let ms = 0
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = performance.now()
    await library.show(container, screen)
    await library.show(container, undefined)
    ms += performance.now() - startedAt
    await pause(20)
  }
  await leave()
  return (ms * 1_000) / ROUNDS / MANY
}

/** Goes from list to detail and back so many times, and leaves. */
export async function routes(name: string, count: number): Promise<Left> {
  const { library, container, leave } = open(name)
  for (let id = 0; id < count; id++) {
    await library.show(container, { type: 'list' })
    await shows(container, 'city 99')
    await library.show(container, { type: 'detail', id: id % 10 })
    await shows(container, ` ${id % 10}`)
  }
  await leave()
  await pause(QUIET_MS)
  return { timers: timers(), observers: library.observers?.() }
}

/** A library, and a part of the page that it has for itself. */
function open(name: string): {
  readonly library: Library
  readonly container: HTMLElement
  leave(): Promise<void>
} {
  const library = libraries.get(name)
  if (library === undefined) throw new Error(`There is no library \`${name}\`.`)
  const container = document.body.appendChild(document.createElement('div'))
  const leave = async (): Promise<void> => {
    await library.show(container, undefined)
    container.remove()
  }
  return { library, container, leave }
}

/** Counts what happens until the page has come to rest. */
async function watch(container: HTMLElement, action: () => unknown): Promise<Outcome> {
  let passes = 0
  let changedAt = performance.now()
  const changes = new MutationObserver(() => {
    passes++
    changedAt = performance.now()
  })
  changes.observe(container, { subtree: true, childList: true, characterData: true })
  Object.assign(counts, { loads: 0, renders: 0 })
  const startedAt = performance.now()
  await action()
  while (performance.now() - changedAt < QUIET_MS || !areNewest(container)) await pause(20)
  changes.disconnect()
  return { ...counts, passes, ms: changedAt - startedAt }
}

/** Whether all names that are shown are the ones of now. */
function areNewest(container: HTMLElement): boolean {
  return [...container.querySelectorAll('p')].every(({ textContent }) => isNewest(textContent))
}

/** Resolves when the page shows something. */
async function shows(container: HTMLElement, expected: string): Promise<void> {
  if (container.textContent.includes(expected)) return
  await new Promise<void>((resolve, reject) => {
    const failure = setTimeout(
      () => reject(new Error(`The page shows '${container.textContent.slice(0, 40)}', not '${expected}'.`)),
      20_000,
    )
    const changes = new MutationObserver(() => {
      if (!container.textContent.includes(expected)) return
      changes.disconnect()
      clearTimeout(failure)
      resolve()
    })
    changes.observe(container, { subtree: true, childList: true, characterData: true })
  })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}
