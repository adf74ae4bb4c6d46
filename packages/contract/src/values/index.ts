/** What values may be. Apart from the rest, as a page that checks nothing should not load it. */
export {
  MAX_DEPTH,
  MAX_OBJECTS,
  checkValue,
  checkValueOf,
  errorMembers,
  isAsNamed,
  isWellFormed,
  unstorable,
  withKey,
} from './check-value.ts'
export { isRememberedFailure, rememberFailure } from './remembered-failure.ts'
export type { RememberedFailure } from './remembered-failure.ts'
export { isDetached, kindOf } from './value-kind.ts'
export type { ValueKind } from './value-kind.ts'
