import type { Database, Product } from './database.ts'

/** What it takes to visit a service. */
export interface Visit {
  readonly url: string
  readonly database: Database
  readonly visitors: number
  print(line: string): void
}

/** Asks the service as visitors would, and prints how often the database was asked. Answers whether that was seldom enough. */
export async function visit({ url, database, visitors, print }: Visit): Promise<boolean> {
  const get = async (path: string): Promise<unknown> => (await fetch(url + path)).json()
  const counted = async <Answer>(what: string, ask: () => Promise<Answer>): Promise<Answer> => {
    const before = database.queries
    const answer = await ask()
    print(`${what.padEnd(52)} ${database.queries - before} queries`)
    return answer
  }
  const pages = ['/products/1', '/products/2?currency=USD', '/products?category=home', '/products?category=garden']
  const visitAll = () => Promise.all(Array.from({ length: visitors }, () => Promise.all(pages.map(get))))

  await counted(`${visitors} visitors ask for ${pages.length} pages, for the first time`, visitAll)
  await counted(`${visitors} visitors ask for ${pages.length} pages again`, visitAll)
  const put = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"cents": 1999}' }
  await counted('one price changes', () => fetch(`${url}/products/1/price`, put))
  const [lamp, home] = (await counted('what depends on it is asked for anew', () =>
    Promise.all([get('/products/1'), get('/products?category=home')]),
  )) as [Product, Product[]]
  await counted('and the rest is not', () => Promise.all([get('/products/2'), get('/products?category=garden')]))
  print(`the lamp costs ${lamp.cents} cents, and ${home[0]?.cents} in its list; ${database.queries} queries in all`)
  return lamp.cents === 1_999 && home[0]?.cents === 1_999 && database.queries <= 10
}
