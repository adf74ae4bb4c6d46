/** What has become of a promise so far, as a text. */
export function settled(promise: Promise<unknown>): { readonly state: string } {
  const seen = { state: 'pending' }
  promise.then(
    (value) => (seen.state = `answered ${String(value)}`),
    (error: unknown) => (seen.state = `failed ${(error as Error).message}`),
  )
  return seen
}
