/** What the server says in place of what it was asked for. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Asks the server for JSON. Rejects with what it says when it refuses. */
export async function request<Value>(address: string, init: RequestInit): Promise<Value> {
  const response = await fetch(address, init)
  if (response.ok) return (await response.json()) as Value
  const { error } = (await response.json().catch(() => ({}))) as { readonly error?: string }
  throw new Refusal(response.status, error ?? `The server responded ${response.status}.`)
}

/** What a page says of a load that failed. */
export function failureOf(error: unknown, hasData: boolean): string {
  if (error instanceof Refusal && error.status === 404) return 'There is no such place.'
  return hasData ? 'The API is away. This is from before.' : 'The API is away, and this was never loaded here.'
}
