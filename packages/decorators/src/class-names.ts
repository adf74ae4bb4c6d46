/**
 * What default keys begin with: the class and the member.
 *
 * The class is that of the object, not the one that declares the method: what an inherited method loads depends on its
 * `this`, and two subclasses must not share it. Where a subclass overrides a method and calls `super`, both have the same
 * class and the same name, and one key for both would make the outer call wait for itself: the one further up gets a
 * `super/` for each that was declared below it.
 *
 * A legacy decorator knows its class. A standard one comes before its class exists: for a static member the class tells
 * itself when it is made, for others each object tells its class when it is made, the base class's members first.
 */
import { ConfigError, meaningfulName } from '@hotpath/contract'
import type { Member } from './member.ts'

/** One decorated member that makes default keys. */
export interface KeyedMember extends Pick<Member, 'decorator' | 'property' | 'isPrivate'> {
  /** Name of the member in keys. */
  readonly label: string
  /** What the user calls the class. */
  readonly name: string | undefined
}

/** Members by class and label, in the order in which they became known. Held as long as the class. */
const known = new WeakMap<object, Map<string, KeyedMember[]>>()

let changes = 0

/** Counts what became known; heads made before may be wrong after. */
export function claimCount(): number {
  return changes
}

/**
 * Notes that a class has a member. Cheap when it is known already: it runs with each new object.
 *
 * @param isNamed - Whether the class must have its name by now.
 * @throws ConfigError when keys cannot be made from the names of the class and the member.
 */
export function claim(owner: object, member: KeyedMember, isNamed: boolean): void {
  const members = known.get(owner)?.get(member.label)
  if (members?.includes(member) === true) return
  if (isNamed) className(owner, member)
  changes++
  for (const other of lineage(owner, member.label)) assertDistinct(member, other)
  if (members !== undefined) {
    members.push(member)
    return
  }
  const labels = known.get(owner) ?? new Map<string, KeyedMember[]>()
  known.set(owner, labels.set(member.label, [member]))
}

/** The two parts that the keys of a member begin with, for objects of a class. */
export function headOf(owner: object, member: KeyedMember): readonly [className: string, label: string] {
  const above = lineage(owner, member.label).indexOf(member)
  return [className(owner, member), 'super/'.repeat(Math.max(0, above)) + member.label]
}

/** The members of a label from the class itself upwards. */
function lineage(owner: object, label: string): KeyedMember[] {
  const found: KeyedMember[] = []
  for (let one: object | null = owner; typeof one === 'function'; one = Object.getPrototypeOf(one) as object | null) {
    found.push(...(known.get(one)?.get(label) ?? []).toReversed())
  }
  return found
}

/** @throws ConfigError when the class has no name, or one that a minifier gave it. */
function className(owner: object, { name, decorator, label }: KeyedMember): string {
  if (name !== undefined) return name
  return meaningfulName(
    (owner as { readonly name?: unknown }).name,
    { subject: `\`${decorator}\` on \`${label}\``, kind: 'class', example: 'UserService' },
    { code: 'ERR_DECORATOR_NAME', context: { label } },
  )
}

/** @throws ConfigError for two members of one class that are not the same one, but are called the same. */
function assertDistinct(member: KeyedMember, other: KeyedMember): void {
  if (member.name !== other.name) return
  if (member.property === other.property && !member.isPrivate && !other.isPrivate) return
  throw new ConfigError(
    'ERR_DECORATOR_NAME',
    `\`${member.decorator}\` stands before two members that are both called \`${member.label}\`, and would give them the same keys. Pass a \`name\` of its own to one of them, or a \`key\`.`,
    { context: { label: member.label } },
  )
}

/** Name of a member in keys and messages. */
export function labelOf({
  property,
  isStatic,
  decorator,
}: Pick<Member, 'property' | 'isStatic' | 'decorator'>): string {
  const label = typeof property === 'symbol' ? `symbol/${property.description ?? ''}` : property
  if (property === '' || label === 'symbol/') {
    throw new ConfigError(
      'ERR_DECORATOR_NAME',
      `\`${decorator}\` makes its keys from the name of the member, which has none. Give the symbol a description, or pass a \`key\`.`,
    )
  }
  return isStatic ? `static/${label}` : label
}
