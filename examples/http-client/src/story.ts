/** What a client is asked for, and what of that reaches the server. */
import type { CityApi } from './api.ts'
import type { City } from './city.ts'
import type { CityServer } from './server.ts'

/** One chapter: how many calls were made, and what arrived. */
export interface Chapter {
  readonly title: string
  readonly calls: number
  readonly asked: readonly string[]
  readonly sentBytes: number
  readonly result: string
}

/** Plays all chapters, one after the other. */
export async function tell({ api }: CityApi, server: CityServer): Promise<Chapter[]> {
  const chapters: Chapter[] = []
  const { troubles } = server

  async function chapter(title: string, calls: number, play: () => Promise<string>): Promise<void> {
    const [askedBefore, bytesBefore] = [server.asked.length, server.sentBytes]
    const result = await play()
    const asked = server.asked.slice(askedBefore)
    chapters.push({ title, calls, asked, sentBytes: server.sentBytes - bytesBefore, result })
  }

  const city = (id: number): Promise<City> => api.get('/cities/:id', { params: { id } })

  await chapter('ten callers want the same city at once', 10, async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => city(1)))
    return `${new Set(all.map(({ name }) => name)).size} answer for all`
  })
  await chapter('later, it has not changed', 1, async () => {
    const { from, body } = await api.fetch('/cities/:id', { params: { id: 1 } })
    return `${body.name}, ${from}`
  })
  await chapter('five cities of one screen', 5, async () => {
    const all = await Promise.all([2, 3, 4, 5, 6].map(city))
    return all.map(({ id }) => id).join(', ')
  })
  await chapter('a list, until the right one is found', 1, async () => {
    for await (const { cities } of api.pages('/cities')) {
      const found = cities.find(({ name }) => name === 'City 15')
      if (found !== undefined) return `${found.name}, on the second of three pages`
    }
    return 'nowhere'
  })
  await chapter('a write, and a read after it', 2, async () => {
    await api.put('/cities/:id', { params: { id: 1 }, body: { population: 42 } })
    return `${(await city(1)).population} inhabitants`
  })
  await chapter('the connection breaks after a write', 1, async () => {
    troubles.breaks = 1
    const { visits } = await api.post('/visits', { body: { city: 1 } })
    return `${visits} visit, though it was sent twice`
  })
  await chapter('the server asks to wait a second', 1, async () => {
    troubles.refusals = 1
    const startedAt = performance.now()
    await city(7)
    return performance.now() - startedAt >= 1_000 ? 'waited, then answered' : 'did not wait'
  })
  await chapter('the server is down', 1, async () => {
    troubles.isDown = true
    const { from, body } = await api.fetch('/cities/:id', { params: { id: 1 } })
    troubles.isDown = false
    return `${body.name}, ${from}`
  })
  return chapters
}
