/** Elements of the page by their ids. */
export function element<Kind extends HTMLElement>(id: string): Kind {
  return document.querySelector(`#${id}`) as Kind
}

export function on(id: string, type: string, listener: (event: Event) => void): void {
  element(id).addEventListener(type, listener)
}

/** Calls for links in an element, unless they are to be opened elsewhere. */
export function onLink(id: string, go: (link: HTMLAnchorElement) => void): void {
  on(id, 'click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (link === null || !(event instanceof MouseEvent) || event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    go(link)
  })
}

/** Writes strings into the elements that have the names as ids or classes, and changes nothing that is there already. */
export function fill(root: ParentNode, texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts)) {
    const found = root.querySelector(`#${name}, .${name}`)
    if (found !== null && found.textContent !== text) found.textContent = text
  }
}
