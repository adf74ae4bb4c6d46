/** Everything is reached and used without a mouse, has a name, and shows that it has the focus. */
import { test } from 'vitest'
import { reach, reachesAll } from './focus.ts'
import type { Stage } from './use-stage.ts'

/** Declares the test. */
export function testKeyboard({ open }: Stage): void {
  test('is used by keyboard alone', async () => {
    const { tab, shows, sees } = await open('/')
    await shows('.list', 'Berlin')
    await reachesAll(tab)

    // Finds a place, and chooses it.
    await reach(tab, 'Search places')
    for (const letter of 'berg') await tab.press(letter)
    await sees('one place', 'document.querySelectorAll(".row").length === 1')
    await reach(tab, /^Bergen /)
    await tab.press('Enter')
    await shows('.detail h2', 'Bergen')

    // Goes on in what was chosen: gives it another name, and likes it.
    await reach(tab, 'Rename')
    await tab.press('Enter')
    await sees('the field has the focus', `document.activeElement.matches('.rename input')`)
    for (const letter of 'e!') await tab.press(letter)
    await tab.press('Enter')
    await shows('.detail h2', 'Bergene!')
    await reach(tab, /^Favourite Bergene!/)
    await tab.press('Space')
    await sees('it is liked', `document.activeElement.ariaPressed === 'true'`)

    // Changes its mind about another name, and makes trouble.
    await reach(tab, 'Rename')
    await tab.press('Enter')
    await sees('the field has the focus', `document.activeElement.matches('.rename input')`)
    await tab.press('x')
    await tab.press('Escape')
    await shows('.detail h2', 'Bergene!')
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
