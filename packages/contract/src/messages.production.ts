/** What errors say in a build for production, in the place of `messages.ts`: which option, and where to read the rest. */

/** An option that is something else than it must be. */
export function mustBe(option: string): string {
  return `\`${option}\` is wrong.`
}

/** A quantity that cannot be read. */
export { mustBe as quantityMessage }

/** No advice: a program in production has been tried out. */
export function adviceOnName(): string {
  return ''
}

/** No advice either. */
export function adviceOnOptions(): string {
  return ''
}

/** The message of an error whose own was left out of the build. */
export function messageOf(code: string, message = ''): string {
  return `${code}${message === '' ? '' : `: ${message}`} See \`${code}\` in docs/errors.md of Hotpath.`
}
