/** What values may be. Apart from the rest, as a page that checks nothing should not load it. */
export { checkValue, unstorable, withKey } from './check-value.ts'
export { MAX_DEPTH, MAX_OBJECTS, errorMembers, isAsNamed, isWellFormed } from './find-unstorable.ts'
export { isRememberedFailure, rememberFailure } from './remembered-failure.ts'
export type { RememberedFailure } from './remembered-failure.ts'
export { errorClassOf, restoreError, storedErrorMembers } from './stored-error.ts'
export { isDetached, kindOf } from './value-kind.ts'
export type { ValueKind } from './value-kind.ts'
