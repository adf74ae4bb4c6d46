import { afterAll, afterEach, beforeAll } from 'vitest'
import { type SilentProxy, startSilentProxy } from '../../../../../scripts/silent-proxy.ts'
import { mysql } from '../../../src/index.ts'
import { closeNodes } from '../nodes.ts'
import { silenceCases } from '../silence-cases.ts'
import { type MariadbServer, startMariadb } from './server.ts'

let server: MariadbServer
let proxy: SilentProxy
beforeAll(async () => {
  server = await startMariadb()
  proxy = await startSilentProxy(server.port)
  await mysql({ pool: server.connect() }).migrate()
}, 60_000)
afterAll(async () => {
  await proxy.stop()
  await server.stop()
})
afterEach(closeNodes)

silenceCases({
  through: () => mysql({ pool: server.connect({ port: proxy.port }) }),
  direct: () => mysql({ pool: server.connect() }),
  proxy: () => proxy,
})
