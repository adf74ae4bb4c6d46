/** The types of a client: what its routes say of paths, bodies and results reaches every call. */
import type { CacheKey, Duration } from '@hotpath/contract'
import type { HttpResponse } from '../message/answer.ts'
import type { HeaderValues, HttpClientOptions } from './client-settings.ts'
import type { PagesOptions } from './pages.ts'
import type { BodyKind } from '../message/response-body.ts'
import type { Query, UrlPart } from '../message/target.ts'

/** What one route takes and answers. */
export interface Route {
  /** Members of the query. */
  readonly query?: object
  /** Body of the request. */
  readonly body?: unknown
  /** Body of the answer. */
  readonly result?: unknown
}

/**
 * Routes by method and path, as a type or an interface: `{ 'GET /cities/:id': { result: City } }`. A client of no known routes takes any path, and
 * its results are named where it is called: `api.get<City>('/cities/42')`.
 */
export type Routes = Readonly<Record<string, Route>>

/** What a call may say beside path and body. */
export interface RequestOptions {
  /** Values of the `:names` in the path. */
  readonly params?: Readonly<Record<string, UrlPart>> | undefined
  /** Query, added to the path's own. */
  readonly query?: Query | undefined
  /** Headers of this request; `undefined` takes one of the client's away. */
  readonly headers?: HeaderValues | undefined
  /** JSON, text, bytes, a form, or a stream (which is read first). */
  readonly body?: unknown
  /** How the body of the answer is read. Default `'auto'`: by its content type. */
  readonly as?: BodyKind | undefined
  /** Which members of the result are wanted. */
  readonly fields?: readonly string[] | undefined
  /** Detaches this caller. What runs is aborted when nobody else waits for it. */
  readonly signal?: AbortSignal | undefined
  /** Instead of the client's. */
  readonly timeout?: HttpClientOptions['timeout']
  /** Instead of the client's. */
  readonly retry?: HttpClientOptions['retry']
  /** `false`: past the cache. `'refresh'`: ask the server, on condition where something is kept. Default `true`. */
  readonly cache?: boolean | 'refresh' | undefined
  /** How long the response is fresh if it does not say. Default: the client's. */
  readonly ttl?: Duration | undefined
  /** Of a read: tags of its entry in the cache. Of a write: tags that it outdates, beside its own address. */
  readonly tags?: readonly string[] | undefined
  /** Of a write: keys of the cache that it outdates. */
  readonly keys?: readonly CacheKey[] | undefined
  /** Sent as `Idempotency-Key`, so that the write may be repeated; `true` makes one. Default: as the client's `idempotencyKeys`. */
  readonly idempotencyKey?: string | boolean | undefined
  /** What becomes of redirects: `'manual'` answers with them. Default `'follow'`. */
  readonly redirect?: 'follow' | 'error' | 'manual' | undefined
}

/** Names in a path: `'id'` of `/cities/:id`. */
export type ParamNames<Path extends string> = Path extends `${string}:${infer Rest}`
  ? Rest extends `${infer Name}/${infer Tail}`
    ? Name | ParamNames<`/${Tail}`>
    : Rest
  : never

/** Paths that routes know for a method. */
export type PathOf<Known extends object, Method extends string> = keyof Known extends infer Name
  ? Name extends `${Method} ${infer Path}`
    ? Path
    : never
  : never

/** Methods that routes know. */
export type MethodOf<Known extends object> = keyof Known extends infer Name
  ? Name extends `${infer Method} ${string}`
    ? Method
    : never
  : never

type RouteAt<Known extends object, Method extends string, Path extends string> = Known[`${Method} ${Path}` &
  keyof Known]

type Member<Of, Name extends string, Otherwise> = Of extends { readonly [name in Name]?: infer Value }
  ? Value
  : Otherwise

/** Result of a route. */
export type ResultOf<Known extends object, Method extends string, Path extends string> = Member<
  RouteAt<Known, Method, Path>,
  'result',
  unknown
>

/** Names that `fields` may list. */
export type FieldOf<Result> = Result extends readonly (infer Item)[] ? keyof Item & string : keyof Result & string

/** A result with the listed fields alone; with all of them where none is listed. */
export type Picked<Result, Fields extends string> = [Fields] extends [never]
  ? Result
  : Result extends readonly (infer Item)[]
    ? Pick<Item, Fields & keyof Item>[]
    : Pick<Result, Fields & keyof Result>

/** What the path, and the route, ask for. A query may be left out if all of its members may, a body if the route says so. */
type Asked<Path extends string, At> = ([ParamNames<Path>] extends [never]
  ? unknown
  : { readonly params: Readonly<Record<ParamNames<Path>, UrlPart>> }) &
  (At extends { readonly query?: infer Members }
    ? {} extends Members
      ? { readonly query?: Members }
      : { readonly query: Members }
    : unknown) &
  Pick<At, 'body' & keyof At>

/** Options of a call of a known route. */
export type RouteOptions<Known extends object, Method extends string, Path extends string, Fields> = Omit<
  RequestOptions,
  'params' | 'query' | 'body' | 'fields'
> & {
  /** Which members of the result are wanted. */
  readonly fields?: readonly Fields[] | undefined
} & Asked<Path, RouteAt<Known, Method, Path>>

/** Options may be left out where nothing is demanded. */
type Optionally<Options> = {} extends Options ? [options?: Options] : [options: Options]

/** One method of a client: the decoded body, or an `HttpError` for a status that is no success. */
export type HttpMethod<Known extends object, Method extends string> = string extends keyof Known
  ? <Result = unknown>(path: string, options?: RequestOptions) => Promise<Result>
  : <Path extends PathOf<Known, Method>, const Fields extends FieldOf<ResultOf<Known, Method, Path>> = never>(
      path: Path,
      ...options: Optionally<RouteOptions<Known, Method, Path, Fields>>
    ) => Promise<Picked<ResultOf<Known, Method, Path>, Fields>>

/** `fetch` of a client: answers of any status, with their headers. */
export type HttpFetch<Known extends object> = string extends keyof Known
  ? <Result = unknown>(
      path: string,
      options?: RequestOptions & { readonly method?: string },
    ) => Promise<HttpResponse<Result>>
  : <
      Path extends PathOf<Known, Method>,
      Method extends MethodOf<Known> = 'GET' & MethodOf<Known>,
      const Fields extends FieldOf<ResultOf<Known, Method, Path>> = never,
    >(
      path: Path,
      ...options: Optionally<
        RouteOptions<Known, Method, Path, Fields> &
          ('GET' extends Method ? { readonly method?: Method } : { readonly method: Method })
      >
    ) => Promise<HttpResponse<Picked<ResultOf<Known, Method, Path>, Fields>>>

/** `pages` of a client. */
export type HttpPages<Known extends object> = string extends keyof Known
  ? <Page = unknown>(path: string, options?: RequestOptions & PagesOptions<Page>) => AsyncIterableIterator<Page>
  : <Path extends PathOf<Known, 'GET'>>(
      path: Path,
      ...options: Optionally<RouteOptions<Known, 'GET', Path, never> & PagesOptions<ResultOf<Known, 'GET', Path>>>
    ) => AsyncIterableIterator<ResultOf<Known, 'GET', Path>>

/** A client of one API. */
export interface HttpClient<Known extends object = Routes> extends AsyncDisposable {
  /** Sends a request, and answers with what came, whatever its status. */
  readonly fetch: HttpFetch<Known>
  /** Reads. Equal requests share one, and the cache answers what it may. */
  readonly get: HttpMethod<Known, 'GET'>
  /** Sends something to be worked on. */
  readonly post: HttpMethod<Known, 'POST'>
  /** Puts something in its place. */
  readonly put: HttpMethod<Known, 'PUT'>
  /** Changes a part. */
  readonly patch: HttpMethod<Known, 'PATCH'>
  /** Removes. */
  readonly delete: HttpMethod<Known, 'DELETE'>
  /** Reads page by page, each when it is asked for. */
  readonly pages: HttpPages<Known>
  /** Ends connections once nothing uses them. Idempotent. The cache stays open. */
  close(): Promise<void>
}
