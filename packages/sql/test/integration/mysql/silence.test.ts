import { afterAll, afterEach, beforeAll } from 'vitest'
import { mysql } from '../../../src/index.ts'
import { closeNodes } from '../nodes.ts'
import { silenceCases } from '../silence-cases.ts'
import { type SilentProxy, silentProxyTo } from '../silent-proxy.ts'
import { type MariadbServer, startMariadb } from './server.ts'

let server: MariadbServer
let proxy: SilentProxy
beforeAll(async () => {
  server = await startMariadb()
  proxy = await silentProxyTo(server.port)
  await mysql({ pool: server.connect() }).migrate()
}, 60_000)
afterAll(async () => {
  proxy.stop()
  await server.stop()
})
afterEach(closeNodes)

silenceCases({
  through: () => mysql({ pool: server.connect({ port: proxy.port }) }),
  direct: () => mysql({ pool: server.connect() }),
  proxy: () => proxy,
})
