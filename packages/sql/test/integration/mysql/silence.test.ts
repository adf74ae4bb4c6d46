import { afterAll, beforeAll } from 'vitest'
import { type SilentProxy, startSilentProxy } from '../../../../../scripts/silent-proxy.ts'
import { mysql } from '../../../src/index.ts'
import { silenceCases } from '../silence-cases.ts'
import { useMariadb } from './server.ts'

const db = useMariadb()
let proxy: SilentProxy
beforeAll(async () => {
  proxy = await startSilentProxy(db().port)
})
afterAll(() => proxy.stop())

silenceCases({
  through: () => mysql({ pool: db().connect({ port: proxy.port }) }),
  direct: () => db().tier(),
  proxy: () => proxy,
})
