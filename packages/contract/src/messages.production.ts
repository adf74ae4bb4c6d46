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

/** The message of an error whose own was left out of the build: with the key that it is about, as a log may keep no `context`. */
export function messageOf(code: string, context: Readonly<Record<string, unknown>> = {}, message = ''): string {
  const key = context['key'] as string | undefined
  const subject = message === '' && key !== undefined ? `key \`${key}\`.` : message
  return `${code}${subject === '' ? '' : `: ${subject}`} See \`${code}\` in docs/errors.md of Hotpath.`
}
