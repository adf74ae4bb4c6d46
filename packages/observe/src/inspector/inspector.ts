import type { Cache } from '@hotpath/core'
import { storeOf } from '../store.ts'
import { LOGGED, type Row, lineOf, rowOf } from './rows.ts'
import { STYLE } from './style.ts'

const MAX_LINES = 100
const REDRAW_MS = 500
const COLUMNS = ['key', 'state', 'age', 'source', 'tags', 'observers'] as const satisfies readonly (keyof Row)[]

/** Options of `attachInspector`. */
export interface InspectorOptions {
  /** Whether the panel is open from the start. Default `false`: a button opens it. */
  readonly open?: boolean | undefined
  /** What it is put into. Default `document.body`. */
  readonly parent?: Element | undefined
}

/**
 * Draws a panel for development into the page: the observed keys of a cache with their state, age, source, tags and
 * observers, what is loaded and invalidated, and buttons to do so and to take the network away from observers. In a shadow
 * root, so that the page does not change it.
 *
 * @returns A function that takes it away.
 * @throws ConfigError for what is no cache.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })] })
 * if ('document' in globalThis) {
 *   const { attachInspector } = await import('@hotpath/observe/inspector') // in development alone
 *   attachInspector(cache)
 * }
 * await cache.close()
 * ```
 */
export function attachInspector(cache: Cache, options: InspectorOptions = {}): () => void {
  const store = storeOf(cache)
  const host = document.createElement('hotpath-inspector')
  const root = host.attachShadow({ mode: 'open' })
  const lines: string[] = []
  let selected: string | undefined
  let isOpen = options.open ?? false
  let timer: ReturnType<typeof setInterval> | undefined

  const rows = element('tbody')
  const log = element('ol', { className: 'log', ariaLabel: 'Timeline' })
  const count = element('small')
  const act = (name: string, what: (key: string) => unknown): HTMLButtonElement =>
    button(name, () => {
      if (selected !== undefined) what(selected)
      redraw()
    })
  const observed = (key: string) => [...store.keys].find(({ encoded }) => encoded === key)
  const offline = button('Offline', () => {
    const isOffline = store.intercept === undefined
    store.intercept = isOffline ? () => () => Promise.reject(new Error('offline, by the inspector')) : undefined
    offline.ariaPressed = String(isOffline)
    if (!isOffline) store.returned('reconnect')
  })
  offline.ariaPressed = 'false'
  const actions = [
    act('Invalidate', (key) => quietly(observed(key)?.cache.invalidate([{ key: observed(key)?.key ?? key }]))),
    act('Expire', (key) => quietly(observed(key)?.cache.expire(observed(key)?.key ?? key))),
    act('Drop', (key) => quietly(observed(key)?.cache.delete(observed(key)?.key ?? key))),
  ]
  const title = element('h2', {}, `${cache.name} `, count)
  const head = element('tr', {}, ...COLUMNS.map((name) => element('th', { scope: 'col' }, name)))
  const table = element('table', {}, element('thead', {}, head), rows)
  const panel = element(
    'section',
    { ariaLabel: `Inspector of the cache ${cache.name}` },
    element(
      'header',
      {},
      title,
      ...actions,
      offline,
      button('Close', () => toggle(false)),
    ),
    element('div', { className: 'scroll' }, table),
    log,
  )
  const opener = button(`Hotpath: ${cache.name}`, () => toggle(true))
  opener.className = 'open'

  function toggle(open: boolean): void {
    isOpen = open
    clearInterval(timer)
    if (open) timer = setInterval(redraw, REDRAW_MS)
    root.replaceChildren(element('style', {}, STYLE), open ? panel : opener)
    redraw()
  }

  function select(key: string): void {
    selected = selected === key ? undefined : key
    redraw()
  }

  function redraw(): void {
    if (!isOpen) return
    const now = store.inside.clock.now()
    const all = [...store.keys].map((key) => rowOf(key, now))
    count.textContent = `${all.length} keys`
    for (const one of actions) one.disabled = selected === undefined
    const focused = keyOf(root.activeElement)
    rows.replaceChildren(...all.map((row) => rowElement(row, row.key === selected, select)))
    for (const row of rows.children) if (focused !== undefined && keyOf(row) === focused) (row as HTMLElement).focus()
    log.replaceChildren(...lines.map((line) => element('li', {}, line)))
  }

  const ends = LOGGED.map((type) =>
    cache.on(type, (event) => {
      const at = new Date().toTimeString().slice(0, 8)
      lines.unshift(`${at} ${lineOf(event)}`)
      lines.length = Math.min(lines.length, MAX_LINES)
    }),
  )
  ;(options.parent ?? document.body).append(host)
  toggle(isOpen)
  return () => {
    clearInterval(timer)
    for (const end of ends) end()
    store.intercept = undefined
    host.remove()
  }
}

function rowElement(row: Row, isSelected: boolean, select: (key: string) => void): HTMLElement {
  const cells = COLUMNS.map((name) =>
    name === 'state'
      ? element('td', {}, element('i', { className: row.state }), row.state)
      : element('td', { title: row[name] }, row[name]),
  )
  const line = element('tr', { tabIndex: 0, ariaSelected: String(isSelected) }, ...cells)
  line.dataset['key'] = row.key
  line.addEventListener('click', () => select(row.key))
  line.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') select(row.key)
  })
  return line
}

function keyOf(row: Element | null): string | undefined {
  return (row as HTMLElement | null)?.dataset['key']
}

function button(name: string, press: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button' }, name)
  made.addEventListener('click', press)
  return made
}

/** What comes from the page is always text, never markup. */
function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  members: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), members)
  made.append(...children)
  return made
}

/** The cache emits what went wrong. */
function quietly(done: Promise<unknown> | undefined): void {
  done?.catch(() => {})
}
