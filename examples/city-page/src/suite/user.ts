/** What somebody sees and does in a tab. */
import { type Tab, until } from '@hotpath/browsers'

/** Somebody in front of a page. */
export interface User {
  readonly tab: Tab
  textOf(selector: string): Promise<string>
  /** Waits until an element shows something. */
  shows(selector: string, expected: string): Promise<void>
  /** Waits until an expression is true in the page. */
  sees(what: string, expression: string): Promise<void>
  click(selector: string): Promise<void>
  /** Puts another text into a field. */
  type(selector: string, text: string): Promise<void>
  /**
   * Whether IndexedDB has something, as JSON: a page that is left earlier loses the writes of its last 50 ms.
   *
   * @param key - Of the entry that has it. Default: any.
   */
  hasStored(json: string, key?: string): Promise<boolean>
}

/** Somebody who looks at a tab. */
export function userOf(tab: Tab): User {
  const textOf = (selector: string): Promise<string> =>
    tab.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`)
  return {
    tab,
    textOf,
    shows: (selector, expected) =>
      until(`\`${selector}\` shows ${expected}`, async () => (await textOf(selector)).includes(expected)),
    sees: (what, expression) => until(what, () => tab.evaluate(expression)),
    click: (selector) => tab.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`),
    type: (selector, text) => tab.evaluate(`(() => { const text = ${JSON.stringify(text)};${typing(selector)} })()`),
    hasStored: (json, key) => tab.evaluate(hasStored(json, key)),
  }
}

/** A script that puts `text` into a field: as React listens to what its own setter has not seen. */
export function typing(selector: string): string {
  return `
    const field = document.querySelector(${JSON.stringify(selector)})
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, text)
    field.dispatchEvent(new Event('input', { bubbles: true }))`
}

function hasStored(json: string, key?: string): string {
  return `(async () => {
    const result = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    const { name } = (await indexedDB.databases()).find(({ name }) => name.startsWith('hotpath:city-page:'))
    const database = await result(indexedDB.open(name))
    const entries = await result(database.transaction('entries').objectStore('entries').getAll(${JSON.stringify(key)}))
    database.close()
    return JSON.stringify(entries).includes(${JSON.stringify(json)})
  })()`
}

/** Gives the place whose details are shown another name. */
export async function rename({ click, sees, type }: User, name: string): Promise<void> {
  await click('.detail header .button')
  await sees('the form', 'document.querySelector(".rename") !== null')
  await type('.rename input', name)
  await click('.rename [type=submit]')
}
