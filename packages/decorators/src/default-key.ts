/** The key of a call where the user gave none: class, member, arguments. */
import { type CacheKey, ConfigError, type KeyPart, meaningfulName } from '@hotpath/contract'
import { type KeyedMember, claim, claimCount, headOf, labelOf } from './class-names.ts'
import type { Member } from './member.ts'

/** Makes the key of a call from the object that it came to and its arguments. */
export type CallKey = (self: unknown, args: readonly unknown[]) => CacheKey

/**
 * Makes the function that makes default keys.
 *
 * @throws ConfigError when the class or member is known to have no name.
 */
export function defaultKey(member: Member, name: string | undefined): CallKey {
  const { decorator, property, isPrivate, isStatic, home, onInitialize } = member
  const keyed: KeyedMember = { decorator, property, isPrivate, name, label: labelOf(member) }
  if (home !== undefined) claim(home, keyed, true)
  onInitialize?.((self) => {
    const owner = ownerOf(self, isStatic)
    // A static member is told while its class is being made, when a compiler may not have named it yet.
    if (owner !== undefined) claim(owner, keyed, !isStatic)
  })
  let heads = new WeakMap<object, readonly [string, string]>()
  let count = claimCount()
  // Most members are called on objects of one class.
  let lastOwner: object | undefined
  let lastClass = ''
  let lastLabel = ''
  return (self, args) => {
    const owner = ownerOf(self, isStatic) ?? refuseDetached(keyed)
    if (owner !== lastOwner || count !== claimCount()) {
      if (count !== claimCount()) heads = new WeakMap()
      count = claimCount()
      let head = heads.get(owner)
      if (head === undefined) heads.set(owner, (head = headOf(owner, keyed)))
      ;[lastClass, lastLabel] = head
      lastOwner = owner
    }
    return [lastClass, lastLabel, ...(args as readonly KeyPart[])]
  }
}

function ownerOf(self: unknown, isStatic: boolean): object | undefined {
  const owner = isStatic ? self : (self as { readonly constructor?: unknown } | null | undefined)?.constructor
  return typeof owner === 'function' ? owner : undefined
}

function refuseDetached({ decorator, label }: KeyedMember): never {
  throw new ConfigError(
    'ERR_DECORATOR_NAME',
    `\`${label}\` was called without its object, whose class is part of the keys that \`${decorator}\` makes. Call it as a method, or pass a \`key\`.`,
    { context: { label } },
  )
}

const NAMED = { subject: '`cacheable`', kind: 'function', example: 'loadUser' } as const

/**
 * Makes the function that makes the keys of a function: its name and the arguments.
 *
 * @throws ConfigError when it has none, or one that a minifier gave it.
 */
export function functionKey(fn: { readonly name: string }, name: string | undefined): CallKey {
  const head = name ?? meaningfulName(fn.name, NAMED, { code: 'ERR_DECORATOR_NAME' })
  return (_self, args) => [head, ...(args as readonly KeyPart[])]
}
