/** One server for all tests of a file, and nothing left open after each of them. */
import { afterAll, afterEach, beforeAll } from 'vitest'
import { closeNodes } from './nodes.ts'

/**
 * Starts it before the tests and stops it after them.
 *
 * @param prepare - Creates our tables, and what else the tests need of the server.
 * @returns A function that returns what `prepare` resolved to.
 */
export function useServer<Server extends { stop(): Promise<unknown> }, Prepared>(
  start: () => Promise<Server>,
  prepare: (server: Server) => Promise<Prepared>,
): () => Prepared {
  let server: Server
  let prepared: Prepared
  beforeAll(async () => {
    server = await start()
    prepared = await prepare(server)
  }, 60_000)
  afterAll(() => server.stop())
  afterEach(closeNodes)
  return () => prepared
}
