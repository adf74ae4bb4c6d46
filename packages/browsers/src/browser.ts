/** What tests see of a browser, whichever engine it has. */

/** The engines that tests know. */
export type Engine = 'chromium' | 'firefox' | 'webkit'

/** What goes to a page and back. */
export type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [name: string]: Json }

/** The functions that the module of a page exports, as a test calls them. */
export type PageApi<Module> = {
  readonly [Name in keyof Module]: Module[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never
}

/** How a browser is started. */
export interface LaunchOptions {
  /** The browser's settings deny pages all storage. */
  readonly deniesStorage?: boolean
  /** How soon hidden tabs run timers once a minute; default: 5 minutes. In Chromium alone. */
  readonly throttlesAfterS?: number
}

/** One tab. All tabs of a browser share its profile: storage, locks, channels. */
export interface Tab {
  /** Loads an address and waits until the modules of the page have run. */
  goto(url: string): Promise<void>
  /** Evaluates an expression in the page, awaits what it returns, and returns that as JSON. */
  evaluate<Value>(expression: string): Promise<Value>
  /** The functions that the page's module exports. */
  page<Module>(): PageApi<Module>
  /** Presses a key, as somebody does in front of the page: a character, `Tab`, `Enter`, `Space` or `Escape`. */
  press(key: string): Promise<void>
  /** Loads the page again. */
  reload(): Promise<void>
  /** One step back in the history of this tab; resolves when the page is there. */
  back(): Promise<void>
  /** Hides this tab behind another one. */
  hide(): Promise<void>
  /** Shows this tab again. */
  show(): Promise<void>
  /** Closes this tab. */
  close(): Promise<void>
  /** Freezes the page of a hidden tab. Needs `can.freeze`. */
  freeze(): Promise<void>
  /** Ends what `freeze` began. */
  unfreeze(): Promise<void>
  /** Ends the process of the page, as a crash would; its tab is gone afterwards. Needs `can.kill`. */
  kill(): Promise<void>
  /** What the page has cost by now; its garbage is collected before. Needs `can.metrics`. */
  metrics(): Promise<Metrics>
  /** Milliseconds of the processor that the longest task of the page takes while something is done. Needs `can.metrics`. */
  longestTaskMs(action: () => Promise<unknown>): Promise<number>
}

/** What a page has cost. */
export interface Metrics {
  /** Milliseconds of the processor in scripts, since it was first asked for. */
  readonly scriptMs: number
  readonly heapBytes: number
  /** Nodes of the document that are in memory. */
  readonly nodes: number
  /** Listeners of events of the page. */
  readonly listeners: number
}

/** What only some engines let a test do. */
export interface Abilities {
  /** `kill` of a tab. */
  readonly kill: boolean
  /** `metrics` and `longestTaskMs` of a tab. */
  readonly metrics: boolean
  /** `freeze` and `unfreeze` of a tab. */
  readonly freeze: boolean
  /** `setOffline`. Elsewhere stop the server of the pages. */
  readonly offline: boolean
  /** `setQuota`. Elsewhere let a write fail. */
  readonly quota: boolean
  /** `clearStorage`. Elsewhere close the connections in the page. */
  readonly clear: boolean
  /** `endStorageProcess`. */
  readonly endStorageProcess: boolean
  /** `restart` finds what was stored before. */
  readonly restart: boolean
}

/** A browser with a profile of its own. */
export interface Browser {
  readonly engine: Engine
  /** As the engine reports it. */
  readonly version: string
  readonly can: Abilities
  /** Opens a tab; with an address, loads it. */
  open(url?: string): Promise<Tab>
  /** Takes the network away from all tabs that are open, or gives it back. Needs `can.offline`. */
  setOffline(isOffline: boolean): Promise<void>
  /** How many bytes an origin may store; `undefined`: the browser's own limit. Needs `can.quota`. */
  setQuota(origin: string, bytes: number | undefined): Promise<void>
  /** Deletes all that an origin has stored, as a user does in the settings. Needs `can.clear`. */
  clearStorage(origin: string): Promise<void>
  /** Kills the process that keeps what is stored, under the pages that use it. Needs `can.endStorageProcess`. */
  endStorageProcess(): Promise<void>
  /** Ends the browser and starts it again with the same profile. All tabs are gone. */
  restart(): Promise<void>
  /** Ends the browser and deletes its profile. */
  close(): Promise<void>
}

/** Evaluates to the address of a page that is there as a whole, and to `null` before, also in the empty page that Firefox may show meanwhile. */
export const LOADED = "document.readyState === 'complete' && location.href !== 'about:blank' ? location.href : null"

/** The functions of a page as calls by name. */
export function pageApi<Module>(evaluate: (expression: string) => Promise<unknown>): PageApi<Module> {
  const call =
    (name: string) =>
    (...args: readonly unknown[]) =>
      // `undefined` alone is no JSON.
      evaluate(`globalThis.page.${name}(${args.map((arg) => JSON.stringify(arg) ?? 'undefined').join(', ')})`)
  return new Proxy({}, { get: (_, name) => (typeof name === 'string' ? call(name) : undefined) }) as PageApi<Module>
}
