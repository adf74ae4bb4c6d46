export { createHttpClient } from './create-http-client.ts'
export { batchEndpoint } from './batch-endpoint.ts'

export type { CachingOptions, HeaderValues, HttpClientOptions, HttpTimeouts } from './client-settings.ts'
export type {
  FieldOf,
  HttpClient,
  HttpFetch,
  HttpMethod,
  HttpPages,
  MethodOf,
  ParamNames,
  PathOf,
  Picked,
  RequestOptions,
  ResultOf,
  Route,
  RouteOptions,
  Routes,
} from './client-types.ts'
export type { BatchContext, BatchEndpoint, BatchEndpointOptions } from './batch-endpoint.ts'
export type { BatchedRequest, BatchedResponse } from './batch-format.ts'
export type { AnswerSource, HttpResponse } from './answer.ts'
export type { HttpCache, HttpLoadContext, HttpLoadOptions, HttpSetOptions } from './http-cache.ts'
export type { PagesOptions } from './pages.ts'
export type { BodyKind } from './response-body.ts'
export type { Query, UrlPart } from './target.ts'

export { fetchTransport } from './fetch-transport.ts'
export type { FetchCache, FetchFunction } from './fetch-transport.ts'
export type { HeaderFields } from './header-fields.ts'
export { BodyFailure } from './transport.ts'
export type { HttpTransport, TransportRequest, TransportResponse } from './transport.ts'
export type { UndiciDispatcher } from './undici-transport.ts'

export { ConfigError, HttpError, RequestError, isHotpathError } from '@hotpath/contract'
export type { HttpErrorDetails } from '@hotpath/contract'
