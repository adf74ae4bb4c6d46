/** Everything is reached and used without a mouse, has a name, and shows that it has the focus. */
import type { Tab } from '@hotpath/browsers'
import { expect, test } from 'vitest'
import type { Stage } from './suite.ts'

/** What has the focus. */
interface Focused {
  readonly tag: string
  readonly name: string
  /** Whether somebody who looks at the page sees it. */
  readonly isVisible: boolean
}

/** Declares the test. */
export function testKeyboard({ open }: Stage): void {
  test('is used by keyboard alone', async () => {
    const { tab, shows, sees } = await open('/')
    await shows('.list', 'Berlin')
    const stops = await allStops(tab)
    expect(stops.filter(({ name, isVisible }) => name === '' || !isVisible)).toEqual([])
    expect(await tab.evaluate(UNREACHED)).toEqual([])

    // Finds a place, and chooses it.
    await reach(tab, 'Search places')
    for (const letter of 'bern') await tab.press(letter)
    await sees('one place', 'document.querySelectorAll(".row").length === 1')
    await reach(tab, /^Bern /)
    await tab.press('Enter')
    await shows('.detail h2', 'Bern')

    // Goes on in what was chosen: gives it another name, and likes it.
    await reach(tab, 'Rename')
    await tab.press('Enter')
    await sees('the field has the focus', `document.activeElement.matches('.rename input')`)
    for (const letter of 'e!') await tab.press(letter)
    await tab.press('Enter')
    await shows('.detail h2', 'Berne!')
    await reach(tab, /^Favourite Berne!/)
    await tab.press('Space')
    await sees('it is liked', `document.activeElement.ariaPressed === 'true'`)

    // Changes its mind about another name, and makes trouble.
    await reach(tab, 'Rename')
    await tab.press('Enter')
    await sees('the field has the focus', `document.activeElement.matches('.rename input')`)
    await tab.press('x')
    await tab.press('Escape')
    await shows('.detail h2', 'Berne!')
    await reach(tab, 'Make trouble')
    await tab.press('Enter')
    await reach(tab, 'Slow server')
    await tab.press('Space')
    await sees('it is slow', `document.activeElement.checked`)
    await tab.press('Space')
    await sees('it is not slow', `!document.activeElement.checked`)
    await tab.close()
  })
}

/** Steps of the tabulator through a page; there are far fewer. */
const MAX_STEPS = 300

/** Goes once around the page. */
async function allStops(tab: Tab): Promise<Focused[]> {
  const stops: Focused[] = []
  for (let step = 0; step < MAX_STEPS; step++) {
    await tab.press('Tab')
    const focused: Focused | null = await tab.evaluate(FOCUSED)
    if (focused === null) return stops
    stops.push(focused)
  }
  throw new Error('The page has no end for the tabulator.')
}

/** Presses the tabulator until something of that name has the focus. */
async function reach(tab: Tab, name: string | RegExp): Promise<void> {
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
  element.isReached = true
  const name = element.ariaLabel ?? element.labels?.[0]?.innerText ?? element.innerText ?? ''
  const { outlineStyle, outlineWidth } = getComputedStyle(element)
  const { width, height } = element.getBoundingClientRect()
  const isVisible = outlineStyle !== 'none' && outlineWidth !== '0px' && width > 0 && height > 0
  return { tag: element.tagName, name: name.replaceAll(/\\s+/g, ' ').trim(), isVisible }
})()`

/** What can be used, is on screen, and was not reached. */
const UNREACHED = `[...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter((element) => element.checkVisibility() && !element.disabled && element.isReached !== true)
  .map((element) => element.outerHTML)`
