/**
 * Names of members that only our own code uses. No bundler of a page may shorten them, as it cannot know that; the build for
 * pages does, the same for all packages: what one writes another one reads, and packages depend on exact versions of each
 * other. Nothing that is part of a type that users see, that is stored or sent, or that belongs to the platform may stand
 * here: `scripts/check-inner-names.ts` holds that. Whether it is worth it: docs/decisions/018-inner-names-in-pages.md.
 */
const NAMES = `
  acknowledge acknowledged appendBehind asStored assertOpen atMost beginMs beginning begun behind callbackError
  calledAfterRecord catchUp closedError contexts countFault counters decisions deserted dueAt encodeAll engine enter
  failureOf flight flights followers forgetUpTo freshness freshnessOf generation goneAt hasReached inTurn isBehind
  isBlind isEnough isFailing isOffline isOneOfMany isOwn isSlowed isStandIn isThere isTooLarge isTooOld isUnconfirmed
  isValid joinable judgeHeld keyChanged landed lifetime lookUp lookUpMany lookedAt lostWith maxIds
  maxKeyBytes maxOfflineMs mustLoad noLoader notStored offlineAt onEnd original originals postpone recent
  recovered removals running shortenKey siblings standIn startedAt strengthFor takeTurn timeLimit toToken tooSlow
  tools uncapped uncounted valueCheck waitForEarly waitMs whenAborted whenReached
`
  .trim()
  .split(/\s+/)

/** What takes the place of each: `$0`, `$1` and so on. */
export const innerNames: Readonly<Record<string, string>> = Object.fromEntries(
  NAMES.map((name, index) => [name, `$${index.toString(36)}`]),
)

/** All of them. */
export const isInner: RegExp = new RegExp(`^(?:${NAMES.join('|')})$`)
