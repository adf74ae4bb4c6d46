/**
 * Names of members that only our own code uses. No bundler of a page may shorten them, as it cannot know that; the build for
 * pages does, the same for all packages: what one writes another one reads, and packages depend on exact versions of each
 * other. Nothing that is part of a type that users see, that is stored or sent, or that belongs to the platform may stand
 * here: `scripts/check-inner-names.ts` holds that. Whether it is worth it: docs/decisions/018-inner-names-in-pages.md.
 */

/** The most frequent first, as they get the shortest names. */
const NAMES = `
  engine flight counters freshness flights running toToken timeLimit followers closedError beginning begun recent
  generation isThere lookUp dueAt isEnough waitMs callbackError assertOpen decisions removals siblings tools
  offlineAt recovered contexts isOffline standIn isBehind isOwn lookedAt acknowledged asStored original shortenKey
  takeTurn tooSlow valueCheck enter lifetime maxOfflineMs isStandIn joinable mustLoad notStored strengthFor atMost
  catchUp waitForEarly behind goneAt isBlind lookUpMany failureOf isFailing isTooOld keyChanged landed maxIds
  noLoader hasReached judgeHeld postpone uncapped countFault encodeAll isOneOfMany isUnconfirmed maxKeyBytes
  originals uncounted acknowledge appendBehind beginMs calledAfterRecord deserted freshnessOf isSlowed isTooLarge
  isValid onEnd startedAt forgetUpTo inTurn lostWith whenAborted whenReached
`
  .trim()
  .split(/\s+/)

/** Letters that are members of nothing: `5s` and `1h` are durations. */
const LETTERS = 'aefgijlnopqrtuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
/** Letters that begin a name of two: no word begins with them. */
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** What takes the place of each: a letter, or two when they run out. */
export const innerNames: Readonly<Record<string, string>> = Object.fromEntries(
  NAMES.map((name, index) => [name, shortName(index)]),
)

/** All of them. */
export const isInner: RegExp = new RegExp(`^(?:${NAMES.join('|')})$`)

function shortName(index: number): string {
  const [row, column] = [Math.floor(index / LETTERS.length), index % LETTERS.length]
  return `${row === 0 ? '' : CAPITALS[row - 1]}${LETTERS[column]}`
}
