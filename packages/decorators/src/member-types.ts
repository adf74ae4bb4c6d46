/**
 * What a decorator knows of what it decorates.
 *
 * `Of` is the type that a reader of the member sees: the function of a method, the promise of a getter. Both kinds of
 * decorators tell it, and `This`, by their second or third parameter, so the compiler infers both from the place where
 * the decorator stands, before it looks at the functions among the options: their parameters need no types.
 */

/** What the members of a wrapped function may be. */
// oxlint-disable-next-line typescript/no-explicit-any -- parameters are compared both ways by `any` alone
export type Anything = any

/** Any function. */
export type AnyFunction = (this: Anything, ...args: Anything) => Anything

/** What a decorator stands for that was made before its member was known: `const hourly = Cacheable({ ttl: '1h' })`. */
export type AsyncMethod = (this: Anything, ...args: Anything) => Promise<Anything>

/** The arguments of a method, whatever they are where it is not known yet; none of a getter. */
export type ArgsOf<Of> = Of extends (this: Anything, ...args: infer Args) => unknown
  ? 0 extends 1 & Args[number]
    ? Anything
    : Args
  : []

/** What a member answers, waited for. */
export type ValueOf<Of> = Awaited<AnswerOf<Of>>

/** What a member answers: a promise, as a rule. */
export type AnswerOf<Of> = Of extends (this: Anything, ...args: Anything) => infer Answer ? Answer : Of

/** What the compiler names when a member that answers no promise is decorated with what makes it asynchronous. */
export interface MustAnswerPromise {
  /** Make the method `async`, or let its type be a promise. */
  readonly 'must answer a promise': never
}

/** `unknown` where a promise may take the place of what the member answers, else what nothing fits. */
export type Asynchronous<Of> = Promise<ValueOf<Of>> extends AnswerOf<Of> ? unknown : MustAnswerPromise

/** The part of a standard decorator's context that is used: that of methods and getters, not of fields and setters. */
export interface MemberContext<This, Of> {
  /** Which member it is. */
  readonly kind: 'method' | 'getter'
  /** Reads the member of an object. */
  readonly access: {
    /** Reads it. */
    get(object: This): Of
  }
}

/** A decorator of ECMAScript. */
export type StandardDecorator<This, Of, Rule> = (member: Rule, context: MemberContext<This, Of>) => void

/** A decorator of TypeScript's `experimentalDecorators`. */
export type LegacyDecorator<This, Of, Rule> = (
  // Of the two places that tell `This` the context comes first; a conditional type makes this one the second.
  target: [This] extends [never] ? never : This,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<Of> & Rule,
) => void

/**
 * Stands before a method or getter, in code of either kind. `Rule` is what the member has to fit. An intersection and
 * not an interface with two signatures, of which the compiler would infer from the last alone.
 */
export type MemberDecorator<This, Of, Rule = Asynchronous<Of>> = StandardDecorator<This, Of, Rule> &
  LegacyDecorator<This, Of, Rule>

/** The asynchronous twin of a function. */
export type AsyncTwin<Fn extends AnyFunction> = (
  this: ThisParameterType<Fn>,
  ...args: Parameters<Fn>
) => Promise<ValueOf<Fn>>
