/** Everything is reached and used without a mouse, has a name, and shows that it has the focus. */
import { test } from 'vitest'
import { reach, reachesAll } from './focus.ts'
import type { Stage } from './use-stage.ts'

/** Declares the tests. */
export function testKeyboard({ open }: Stage): void {
  test('has all that can be used on the way of the tabulator, with a name', async () => {
    const { tab, shows } = await open('/')
    await shows('.list', 'Berlin')
    await reachesAll(tab)
    await tab.close()
  })

  // Never back: where the tabulator goes at the end of a page is different in each browser.
  test('is used by keyboard alone', async () => {
    const { tab, shows, sees } = await open('/')
    await shows('.list', 'Berlin')

    // Makes trouble.
    await reach(tab, 'Make trouble')
    await tab.press('Space')
    await reach(tab, 'Slow server')
    await tab.press('Space')
    await sees('it is slow', `document.activeElement.checked`)
    await tab.press('Space')
    await sees('it is not slow', `!document.activeElement.checked`)

    // Finds a place, and chooses it.
    await reach(tab, 'Search places')
    for (const letter of 'berg') await tab.press(letter)
    await sees('one place', 'document.querySelectorAll(".row").length === 1')
    await reach(tab, /^Bergen /)
    await tab.press('Enter')
    await shows('.detail h2', 'Bergen')

    // Goes on in what was chosen: gives it another name, changes its mind about one more, and likes it.
    await beginRename()
    for (const letter of 'e!') await tab.press(letter)
    await tab.press('Enter')
    await shows('.detail h2', 'Bergene!')
    await beginRename()
    await tab.press('x')
    await tab.press('Escape')
    await shows('.detail h2', 'Bergene!')
    await reach(tab, /^Favourite Bergene!/)
    await tab.press('Space')
    await sees('it is liked', `document.activeElement.ariaPressed === 'true'`)
    await tab.close()

    async function beginRename(): Promise<void> {
      await reach(tab, 'Rename')
      await tab.press('Enter')
      await sees('the field has the focus', `document.activeElement.matches('.rename input')`)
    }
  })
}
