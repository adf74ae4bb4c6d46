/** Builds the page with Vite, and serves it beside the API. */
import { fileURLToPath } from 'node:url'
import type { Service } from 'city-api-example/service'
import { type PageServer, startPageServer } from 'city-page-example/server'
import { build } from 'vite'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Starts it; `port` is 0 for any free one. */
export async function startVuePage(options: { readonly port: number; readonly service: Service }): Promise<PageServer> {
  await build({ root: ROOT, logLevel: 'warn' })
  return startPageServer({ ...options, dir: `${ROOT}dist` })
}
