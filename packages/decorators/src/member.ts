/** A member as the decorator finds it, whichever kind of decorators the code was compiled with. */
import { ConfigError } from '@hotpath/contract'
import type { AnyFunction } from './member-types.ts'

/** A method or getter at the moment that it is decorated. */
export interface Member {
  /** Name of the decorator, for messages: `@Cacheable`. */
  readonly decorator: string
  /** The function of the method or getter. */
  readonly fn: AnyFunction
  readonly property: string | symbol
  readonly isStatic: boolean
  readonly isPrivate: boolean
  /** The class that declares it, where that is known already. Standard decorators come before their class. */
  readonly home: object | undefined
  /** Calls with each new object, or for a static member with the class; standard decorators only. */
  readonly onInitialize: ((callback: (self: unknown) => void) => void) | undefined
}

interface StandardContext {
  readonly kind: string
  readonly name: string | symbol
  readonly static: boolean
  readonly private: boolean
  addInitializer(callback: (this: unknown) => void): void
}

/**
 * Makes the function that both kinds of compilers call.
 *
 * @param replace - Makes the function that takes the member's place.
 */
export function memberDecorator(decorator: string, replace: (member: Member) => AnyFunction): never {
  return ((first: unknown, second: unknown, third: unknown) => {
    if (isContext(second)) return replaceStandard(decorator, first, second, replace)
    if (typeof second === 'string' || typeof second === 'symbol') {
      return replaceLegacy(decorator, { target: first as object, property: second, descriptor: third }, replace)
    }
    throw wrongTarget(decorator, 'a class or a plain value')
  }) as never
}

function replaceStandard(
  decorator: string,
  value: unknown,
  context: StandardContext,
  replace: (member: Member) => AnyFunction,
): AnyFunction {
  const { kind, name } = context
  if ((kind !== 'method' && kind !== 'getter') || typeof value !== 'function') {
    throw wrongTarget(decorator, `the ${kind} \`${String(name)}\``)
  }
  return finish(
    {
      decorator,
      fn: value as AnyFunction,
      property: name,
      isStatic: context.static,
      isPrivate: context.private,
      home: undefined,
      onInitialize: (callback) =>
        context.addInitializer(function (this: unknown) {
          callback(this)
        }),
    },
    replace,
  )
}

function replaceLegacy(
  decorator: string,
  place: { readonly target: object; readonly property: string | symbol; readonly descriptor: unknown },
  replace: (member: Member) => AnyFunction,
): PropertyDescriptor {
  const { target, property } = place
  const descriptor = place.descriptor as PropertyDescriptor | undefined
  const slot = typeof descriptor?.value === 'function' ? 'value' : 'get'
  const fn: unknown = descriptor?.[slot]
  if (typeof fn !== 'function') throw wrongTarget(decorator, `the property \`${String(property)}\``)
  const isStatic = typeof target === 'function'
  const member: Member = {
    decorator,
    fn: fn as AnyFunction,
    property,
    isStatic,
    isPrivate: false,
    home: isStatic ? target : target.constructor,
    onInitialize: undefined,
  }
  return { ...descriptor, [slot]: finish(member, replace) }
}

function finish(member: Member, replace: (member: Member) => AnyFunction): AnyFunction {
  if (/Generator/.test(Object.prototype.toString.call(member.fn))) {
    throw wrongTarget(member.decorator, `the generator \`${String(member.property)}\``)
  }
  return lookLike(replace(member), member.fn)
}

/** Frameworks read a method's name, its number of parameters, and what was left on it or in `reflect-metadata`. */
export function lookLike<Fn extends AnyFunction>(twin: Fn, original: AnyFunction): Fn {
  for (const property of Reflect.ownKeys(original)) {
    const isOfEach = property === 'name' || property === 'length'
    if (!isOfEach && Object.hasOwn(twin, property)) continue
    Object.defineProperty(twin, property, Object.getOwnPropertyDescriptor(original, property) as PropertyDescriptor)
  }
  const { getOwnMetadataKeys, getOwnMetadata, defineMetadata } = Reflect as MetadataApi
  if (getOwnMetadataKeys && getOwnMetadata && defineMetadata) {
    for (const key of getOwnMetadataKeys(original)) defineMetadata(key, getOwnMetadata(key, original), twin)
  }
  return twin
}

/** The function of an object's method or getter. */
export function memberOf(self: object, name: PropertyKey): unknown {
  for (let one: object | null = self; one !== null; one = Object.getPrototypeOf(one) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(one, name)
    if (descriptor !== undefined) return descriptor.get ?? descriptor.value
  }
  return undefined
}

interface MetadataApi {
  readonly getOwnMetadataKeys?: (target: object) => unknown[]
  readonly getOwnMetadata?: (key: unknown, target: object) => unknown
  readonly defineMetadata?: (key: unknown, value: unknown, target: object) => void
}

function isContext(value: unknown): value is StandardContext {
  return typeof value === 'object' && value !== null && 'kind' in value
}

function wrongTarget(decorator: string, what: string): ConfigError {
  return new ConfigError(
    'ERR_DECORATOR_TARGET',
    `\`${decorator}\` stands before ${what}. Put it before a method or a getter that answers a promise.`,
  )
}
