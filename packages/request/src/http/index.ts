export { createHttpClient } from './client/create-http-client.ts'
export { batchEndpoint } from './batch/batch-endpoint.ts'

export type { CachingOptions, HeaderValues, HttpClientOptions, HttpTimeouts } from './client/client-settings.ts'
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
} from './client/client-types.ts'
export type { BatchContext, BatchEndpoint, BatchEndpointOptions } from './batch/batch-endpoint.ts'
export type { BatchedRequest, BatchedResponse } from './batch/format.ts'
export type { AnswerSource, HttpResponse } from './message/answer.ts'
export type { HttpCache, HttpLoadContext, HttpLoadOptions, HttpSetOptions } from './cache/http-cache.ts'
export type { PagesOptions } from './client/pages.ts'
export type { BodyKind } from './message/response-body.ts'
export type { Query, UrlPart } from './message/target.ts'

export { fetchTransport } from './transport/fetch-transport.ts'
export type { FetchCache, FetchFunction } from './transport/fetch-transport.ts'
export type { HeaderFields } from './rules/header-fields.ts'
export { BodyFailure } from './message/body-failure.ts'
export type { HttpTransport, TransportRequest, TransportResponse } from './transport/transport.ts'
export type { UndiciDispatcher } from './transport/undici-transport.ts'

export { ConfigError, HttpError, RequestError, isHotpathError } from '@hotpath/contract'
export type { HttpErrorDetails } from '@hotpath/contract'
