export { observePages } from './observe-pages.ts'
export type { PagesObserver, PagesSnapshot } from './observe-pages.ts'
export type { PageContext, PagesOptions } from './pages-options.ts'
export type { Pages } from './pages.ts'
