import { useMutation } from '@hotpath/react'
import { like, rename } from 'city-page-example/writes'
import type { ReactNode } from 'react'
import { Browse } from './browse.tsx'
import { Detail } from './detail.tsx'
import { Refused } from './notice.tsx'
import { Troubles } from './troubles.tsx'
import { useRoute } from './use-route.ts'

/** The whole page. */
export function App(): ReactNode {
  const route = useRoute()
  const liking = useMutation(like.run, like.options)
  const renaming = useMutation(rename.run, rename.options)
  return (
    <>
      <header className="bar">
        <div>
          <h1>Cities</h1>
          <Troubles />
        </div>
      </header>
      <main className="page" data-detail={route.id !== undefined}>
        <Refused write={renaming} />
        <Refused write={liking} />
        <Browse route={route} onLike={liking.mutate} />
        <Detail key={route.id} route={route} onLike={liking.mutate} onRename={renaming.mutate} />
      </main>
      <footer className="origin">
        Places: <a href="https://www.geonames.org">GeoNames</a>, CC BY 4.0.
      </footer>
    </>
  )
}
