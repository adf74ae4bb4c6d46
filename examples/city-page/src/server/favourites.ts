/** Places that somebody likes: kept by this server, beside the API. */
import type { Service } from 'city-api-example/service'

/** Where the list is kept. */
export interface Favourites {
  respond(request: Request): Promise<Response>
}

const TAG = 'favourites'

/** `GET /api/favourites` lists them, `PUT /api/favourites/42` with `{"isFavourite": true}` changes one. */
export function createFavourites({ queries, cache }: Service): Favourites {
  const ids = new Set<number>()
  return {
    async respond(request) {
      const id = Number(new URL(request.url).pathname.split('/')[3])
      if (request.method === 'GET')
        return Response.json([...ids].map((each) => queries.city(each)).filter((city) => city !== null))
      const { isFavourite } = (await request.json()) as { readonly isFavourite: boolean }
      if (queries.city(id) === null) return Response.json({ error: 'No such place.' }, { status: 404 })
      if (isFavourite) ids.add(id)
      else ids.delete(id)
      await cache.invalidateTags([TAG])
      return Response.json({ tags: [TAG] })
    },
  }
}
