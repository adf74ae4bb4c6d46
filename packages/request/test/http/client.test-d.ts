/** Types of a client: passes when it compiles. */
import type { Cache } from '@hotpath/core'
import { expectTypeOf } from 'vitest'
import { createHttpClient, type HttpCache, type HttpResponse } from '../../src/http/index.ts'

interface City {
  readonly id: number
  readonly name: string
  readonly population: number
}

interface Api {
  readonly 'GET /cities': { readonly query?: { readonly country?: string }; readonly result: readonly City[] }
  readonly 'GET /cities/:id': { readonly result: City }
  readonly 'GET /countries/:country/cities/:id': { readonly query: { readonly at: string }; readonly result: City }
  readonly 'PUT /cities/:id': { readonly body: Partial<City>; readonly result: City }
  readonly 'DELETE /cities/:id': {}
}

declare const cache: Cache
expectTypeOf(cache).toExtend<HttpCache>()
expectTypeOf(cache.namespace('http')).toExtend<HttpCache>()
createHttpClient({ baseUrl: 'https://api.test', cache: cache.namespace<object>('http', { ttl: '1h' }) })
// @ts-expect-error: responses are none of these
createHttpClient({ baseUrl: 'https://api.test', cache: cache.namespace<{ readonly name: string }>('city') })

const any = createHttpClient({ baseUrl: 'https://api.test', cache })
expectTypeOf(any.get('/a')).resolves.toBeUnknown()
expectTypeOf(any.get<City>('/a', { query: { b: [1, '2'] } })).resolves.toEqualTypeOf<City>()
expectTypeOf(any.fetch<City>('/a', { method: 'POST', body: 1 })).resolves.toEqualTypeOf<HttpResponse<City>>()
expectTypeOf(any.pages<City[]>('/a', { next: (page) => page[0]?.name })).toEqualTypeOf<AsyncIterableIterator<City[]>>()

const api = createHttpClient<Api>({ baseUrl: 'https://api.test' })
expectTypeOf(api.get('/cities')).resolves.toEqualTypeOf<readonly City[]>()
expectTypeOf(api.get('/cities', { query: { country: 'DE' } })).resolves.toEqualTypeOf<readonly City[]>()
expectTypeOf(api.get('/cities/:id', { params: { id: 1 } })).resolves.toEqualTypeOf<City>()
expectTypeOf(api.get('/cities', { fields: ['name'] })).resolves.toEqualTypeOf<Pick<City, 'name'>[]>()
expectTypeOf(api.get('/cities/:id', { params: { id: 1 }, fields: ['id', 'name'] })).resolves.toEqualTypeOf<
  Pick<City, 'id' | 'name'>
>()
expectTypeOf(api.put('/cities/:id', { params: { id: 1 }, body: { name: 'Ulm' } })).resolves.toEqualTypeOf<City>()
expectTypeOf(api.delete('/cities/:id', { params: { id: 1 } })).resolves.toBeUnknown()
expectTypeOf(api.fetch('/cities')).resolves.toEqualTypeOf<HttpResponse<readonly City[]>>()
expectTypeOf(api.fetch('/cities/:id', { method: 'PUT', params: { id: 1 }, body: {} })).resolves.toEqualTypeOf<
  HttpResponse<City>
>()
expectTypeOf(api.pages('/cities')).toEqualTypeOf<AsyncIterableIterator<readonly City[]>>()

// @ts-expect-error -- no such route
void api.get('/villages')
// @ts-expect-error -- a route of another method
void api.post('/cities')
// @ts-expect-error -- the path has a parameter
void api.get('/cities/:id')
// @ts-expect-error -- another name
void api.get('/cities/:id', { params: { name: 'Ulm' } })
// @ts-expect-error -- no such field
void api.get('/cities', { fields: ['mayor'] })
// @ts-expect-error -- no such query
void api.get('/cities', { query: { continent: 'EU' } })
// @ts-expect-error -- the query is needed
void api.get('/countries/:country/cities/:id', { params: { country: 'DE', id: 1 } })
// @ts-expect-error -- the body has another type
void api.put('/cities/:id', { params: { id: 1 }, body: { name: 1 } })
// @ts-expect-error -- the body is needed
void api.put('/cities/:id', { params: { id: 1 } })
