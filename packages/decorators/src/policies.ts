/** The policies of `@hotpath/request` as decorators. What they do and throw, and their options, is told there. */
import { type Duration, type OptionTable, booleanOption } from '@hotpath/contract'
import {
  type CircuitBreakerOptions,
  type DedupeOptions,
  type ExtraOf,
  type PolicyFor,
  type PolicyOptions,
  type RetryOptions,
  type ThrottleOptions,
  circuitBreaker,
  compose,
  dedupe,
  retry,
  throttle,
  timeout,
} from '@hotpath/request'
import { assertFunction, assertOptions, assertParentheses } from './input.ts'
import { memberDecorator } from './member.ts'
import type {
  Anything,
  AnyFunction,
  ArgsOf,
  AsyncMethod,
  Asynchronous,
  MemberDecorator,
  ValueOf,
} from './member-types.ts'
import { perObject } from './per-object.ts'

/** Where a policy keeps what it counts. */
export interface PerObject {
  /** Whether each object has a circuit or rate of its own. Default `false`: one for all objects of the class. */
  readonly perObject?: boolean | undefined
}

const DEDUPE_OPTIONS: OptionTable<keyof DedupeOptions<[]>> = { key: true, name: true, events: true }

/** Options of `@Dedupe`. A `key` that is a `function` and not an arrow has the object as its `this`. */
export interface DedupeMemberOptions<This, Of> extends Omit<DedupeOptions<[]>, 'key'> {
  /** What distinguishes calls. Default: all arguments, which then must be data. */
  readonly key?: ((this: This, ...args: ArgsOf<Of>) => ReturnType<NonNullable<DedupeOptions<[]>['key']>>) | undefined
}

/**
 * Calls of one object with the same arguments, while one is under way, share it; results are not kept.
 *
 * @throws ConfigError for wrong options, and when it stands before anything but a method or getter.
 */
export function Dedupe<This = Anything, Of = AsyncMethod>(
  options: DedupeMemberOptions<This, Of> = {},
): MemberDecorator<This, Of> {
  assertOptions(options, '@Dedupe', DEDUPE_OPTIONS)
  const { key, ...shared } = options as DedupeMemberOptions<unknown, AnyFunction>
  assertFunction(key, 'key', "key: (id) => ['user', id]")
  dedupe(shared)
  return memberDecorator('@Dedupe', ({ fn }) =>
    perObject((self) =>
      dedupe(fn, key === undefined ? shared : { ...shared, key: (...args: Anything) => key.apply(self, args) }),
    ),
  )
}

/**
 * Calls a method again when it failed: exponential delays with full jitter, `Retry-After` honoured.
 *
 * @throws ConfigError for wrong options, and when it stands before anything but a method or getter.
 */
export function Retry<This = Anything, Of = AsyncMethod>(options: RetryOptions = {}): MemberDecorator<This, Of> {
  assertParentheses(options, '@Retry')
  const policy = retry(options)
  return memberDecorator('@Retry', ({ fn }) => policy(fn))
}

/**
 * Gives up on a call that takes too long, with `ERR_REQUEST_TIMEOUT`; the method hears of it by `currentCall().signal`.
 *
 * @throws ConfigError for a wrong limit, and when it stands before anything but a method or getter.
 */
export function Timeout<This = Anything, Of = AsyncMethod>(
  limit: Duration | false,
  options: PolicyOptions = {},
): MemberDecorator<This, Of> {
  assertParentheses(limit, '@Timeout', "@Timeout('2s')")
  const policy = timeout(limit, options)
  return memberDecorator('@Timeout', ({ fn }) => policy(fn))
}

/**
 * Lets so many calls begin in any interval; the others wait.
 *
 * @throws ConfigError for wrong options, and when it stands before anything but a method or getter.
 */
export function Throttle<This = Anything, Of = AsyncMethod>(
  options: ThrottleOptions & PerObject,
): MemberDecorator<This, Of> {
  const { isPerObject, own } = splitOptions(options, '@Throttle', '@Throttle({ … })')
  throttle(own)
  return memberDecorator('@Throttle', ({ fn }) => shared(isPerObject, () => throttle(fn, own)))
}

/**
 * Stops calling what keeps failing, with `ERR_REQUEST_CIRCUIT_OPEN`, until a probe shows that it is well again.
 *
 * @throws ConfigError for wrong options, and when it stands before anything but a method or getter.
 */
export function CircuitBreaker<This = Anything, Of = AsyncMethod>(
  options: CircuitBreakerOptions & PerObject = {},
): MemberDecorator<This, Of> {
  const { isPerObject, own } = splitOptions(options, '@CircuitBreaker')
  circuitBreaker(own)
  return memberDecorator('@CircuitBreaker', ({ fn }) => shared(isPerObject, () => circuitBreaker(fn, own)))
}

/** What the policies may answer instead is something that the method may answer. */
export type Fitting<Of, Policies extends readonly unknown[]> = [ExtraOf<Policies[number]>] extends [ValueOf<Of>]
  ? Asynchronous<Of>
  : MustFit

/** What the compiler names when a policy may answer what the method never does. */
export interface MustFit {
  /** Let the method's type say so, or let the policy answer something else. */
  readonly 'a policy answers what the method does not': never
}

/**
 * Puts policies around a method, the first one outermost: as `compose` does, for those that have no decorator (`hedge`,
 * `fallback`, `limit`), and for one circuit, rate or limit that several methods share.
 *
 * @throws ConfigError for what is no policy, and when it stands before anything but a method or getter.
 */
export function Compose<
  This = Anything,
  Of = AsyncMethod,
  Policies extends readonly PolicyFor<ArgsOf<Of>>[] = readonly PolicyFor<ArgsOf<Of>>[],
>(...policies: Policies): MemberDecorator<This, Of, Fitting<Of, Policies>> {
  compose(Object, ...(policies as readonly PolicyFor<[]>[]))
  return memberDecorator('@Compose', ({ fn }) => compose(fn, ...(policies as readonly PolicyFor<Anything>[])))
}

function shared(isPerObject: boolean | undefined, make: () => AnyFunction): AnyFunction {
  return isPerObject === true ? perObject(make) : make()
}

/** The policy's own options, and what it does not know. Without that they are handed on as they are: the policy checks them. */
function splitOptions<Options extends PerObject>(
  options: Options,
  decorator: string,
  example?: string,
): { readonly isPerObject: boolean | undefined; readonly own: Omit<Options, 'perObject'> } {
  assertParentheses(options, decorator, example)
  if ((options as Options | null | undefined)?.perObject === undefined) return { isPerObject: undefined, own: options }
  const { perObject, ...own } = options
  return { isPerObject: booleanOption(perObject, 'perObject'), own }
}
