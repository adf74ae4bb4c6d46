/** Something the person at the terminal can put right: shown as its message alone. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
