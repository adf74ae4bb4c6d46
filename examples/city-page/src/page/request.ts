/** Asks the server for JSON. Rejects with what it says when it refuses. */
export async function request<Value>(address: string, init: RequestInit): Promise<Value> {
  const response = await fetch(address, init)
  if (response.ok) return (await response.json()) as Value
  const { error } = (await response.json().catch(() => ({}))) as { readonly error?: string }
  throw new Error(error ?? `The server responded ${response.status}.`)
}
