/** What `wrap` takes and returns. */
import type { CacheKey, FreshnessOptions, KeyPart, Token } from '@hotpath/contract'

/** Options of `wrap`. */
export interface WrapOptions<Args extends readonly unknown[], Value> extends FreshnessOptions {
  /** What the keys of calls begin with. Default: the function's name, which must not be one that a minifier gave it. */
  readonly name?: string | undefined
  /** The key of a call. Default: the name and the arguments. */
  readonly key?: ((...args: Args) => CacheKey) | undefined
  /** Tags, or what makes them from the arguments and the value. When it throws the value is returned and not stored; a `fault` event says so. */
  readonly tags?: readonly string[] | ((args: Args, value: Value) => readonly string[]) | undefined
  /** Whether a result is returned and not stored; neither is it when this throws, which becomes a `fault` event. */
  readonly unless?: ((args: Args, value: Value) => boolean) | undefined
}

/** What `wrap` takes: any function. */
// oxlint-disable-next-line typescript/no-explicit-any -- parameters are compared both ways by `any` alone
export type AnyFunction = (this: any, ...args: any) => unknown

/** What `wrap` of a namespace takes: any function whose results are of the namespace's kind, or `undefined`. */
// oxlint-disable-next-line typescript/no-explicit-any -- as above
export type FunctionOf<Value> = (this: any, ...args: any) => Value | undefined | PromiseLike<Value | undefined>

/** Whether arguments can be part of a key: data, or not known. */
export type AreKeyParts<Args extends readonly unknown[]> = {
  [Index in keyof Args]-?: unknown extends Args[Index] ? true : Args[Index] extends KeyPart ? true : false
}[number] extends true
  ? true
  : false

/** Options of `wrap`, which needs a `key` for a function whose arguments cannot be part of one. */
export type WrapArguments<Fn extends AnyFunction> =
  AreKeyParts<Parameters<Fn>> extends true
    ? [options?: WrapOptions<Parameters<Fn>, Awaited<ReturnType<Fn>>>]
    : [
        options: WrapOptions<Parameters<Fn>, Awaited<ReturnType<Fn>>> & {
          /** The key of a call: its arguments cannot be part of one. */
          readonly key: (...args: Parameters<Fn>) => CacheKey
        },
      ]

/** A function that reads its results from the cache: its own type where it returns a promise, generic ones included. */
export type Wrapped<Fn extends AnyFunction> = (ReturnType<Fn> extends Promise<unknown>
  ? Fn
  : (this: ThisParameterType<Fn>, ...args: Parameters<Fn>) => Promise<Awaited<ReturnType<Fn>>>) & {
  /** The key of a call. */
  key(...args: Parameters<Fn>): CacheKey
  /** Removes the value of a call. */
  invalidate(...args: Parameters<Fn>): Promise<Token>
}
