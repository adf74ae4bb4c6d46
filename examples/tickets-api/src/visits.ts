/** Requests that the example makes of its own. */

async function get(url: string, method = 'GET'): Promise<unknown> {
  return (await fetch(url, { method })).json()
}

/** Reads the same tickets again and again, with a change now and then. Returns what `/stats` shows. */
export async function visit(address: string): Promise<unknown> {
  for (let round = 0; round < 200; round++) {
    await get(`${address}/tickets/${1 + (round % 20)}`)
    await get(`${address}/tickets?status=${['open', 'done', 'waiting'][round % 3]}`)
    if (round % 50 === 49) await get(`${address}/tickets/${round}?status=done`, 'PUT')
  }
  return get(`${address}/stats`)
}

/** Looks at the board, and for titles. @param isBatched - Whether the board asks for all owners at once. */
export async function visitForReport(address: string, isBatched: boolean): Promise<void> {
  for (let round = 1; round <= 20; round++) {
    await get(`${address}/board${isBatched ? '?batched' : ''}`)
    await get(`${address}/search?title=Ticket%20${round * 7}`)
  }
}
