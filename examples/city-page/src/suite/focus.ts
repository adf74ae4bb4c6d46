/** Where the tabulator leads. */
import type { Tab } from '@hotpath/browsers'
import { expect } from 'vitest'

/** What has the focus. */
interface Focused {
  readonly tag: string
  readonly name: string
  /** Whether somebody who looks at the page sees it. */
  readonly isVisible: boolean
  /** It had it before. */
  readonly isAgain: boolean
}

/** Steps of the tabulator through a page; there are far fewer. */
const MAX_STEPS = 300

/** Goes once around the page: all that can be used is reached, has a name, and shows that it has the focus. */
export async function reachesAll(tab: Tab): Promise<void> {
  const stops = await allStops(tab)
  expect(stops.filter(({ name, isVisible }) => name === '' || !isVisible)).toEqual([])
  expect(await tab.evaluate(UNREACHED)).toEqual([])
}

async function allStops(tab: Tab): Promise<Focused[]> {
  const stops: Focused[] = []
  for (let step = 0; step < MAX_STEPS; step++) {
    await tab.press('Tab')
    const focused: Focused | null = await tab.evaluate(FOCUSED)
    if (focused === null || focused.isAgain) return stops
    stops.push(focused)
  }
  throw new Error('The page has no end for the tabulator.')
}

/** Presses the tabulator until something of that name has the focus. */
export async function reach(tab: Tab, name: string | RegExp): Promise<void> {
  for (let step = 0; step < MAX_STEPS; step++) {
    await tab.press('Tab')
    const focused: Focused | null = await tab.evaluate(FOCUSED)
    if (focused !== null && (typeof name === 'string' ? focused.name === name : name.test(focused.name))) return
  }
  throw new Error(`The tabulator does not reach ${name}.`)
}

/** What has the focus, by the name that a screen reader says; `null`: nothing of the page has. It is noted as reached. */
const FOCUSED = `(() => {
  let element = document.activeElement
  if (element === null || element === document.body) return null
  while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  const isAgain = element.isReached === true
  element.isReached = true
  const name = element.ariaLabel ?? element.labels?.[0]?.innerText ?? element.innerText ?? ''
  const { outlineStyle, outlineWidth } = getComputedStyle(element)
  const { width, height } = element.getBoundingClientRect()
  const isVisible = outlineStyle !== 'none' && outlineWidth !== '0px' && width > 0 && height > 0
  return { tag: element.tagName, name: name.replaceAll(/\\s+/g, ' ').trim(), isVisible, isAgain }
})()`

/** What can be used, is on screen, and was not reached. */
const UNREACHED = `[...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter((element) => element.checkVisibility() && !element.disabled && element.isReached !== true)
  .map((element) => element.outerHTML)`
