import { createCache, memory, type Cache } from '@hotpath/core'
import { Cacheable } from '@hotpath/decorators'
import { retry } from '@hotpath/request'
import { createHttpClient } from '@hotpath/request/http'
import { createFakeClock } from '@hotpath/testkit'

interface Routes {
  readonly 'GET /cities/:id': { readonly result: { readonly name: string } }
}

const cache: Cache = createCache({ name: 'app', tiers: [memory({ maxEntries: 10 })], clock: createFakeClock() })
const api = createHttpClient<Routes>({ baseUrl: 'http://127.0.0.1:9', cache })

export class Cities {
  @Cacheable({ cache, key: (id) => ['city', id], tags: (_args, name) => [name] })
  async find(id: number): Promise<string> {
    const { name } = await api.get('/cities/:id', { params: { id } })
    return name
  }
}

export const find: (id: number) => Promise<string> = retry((id: number) => new Cities().find(id), { attempts: 2 })
