/** A page that a server renders, and that the browser takes over. */
import { useCached, useSuspenseCached } from '@hotpath/react'
import { type ReactNode, Suspense } from 'react'

export const CITY = 'city'
export const NOTES = 'notes'

/** What is loaded says where. */
export function App({ where }: { readonly where: string }): ReactNode {
  const { data, status, isPlaceholder } = useCached(CITY, async () => `Bern of the ${where}`)
  return (
    <main>
      <h1 className={isPlaceholder ? 'dim' : 'whole'}>{status === 'pending' ? 'Loading' : data}</h1>
      <Suspense fallback={<p>waiting</p>}>
        <Notes where={where} />
      </Suspense>
    </main>
  )
}

function Notes({ where }: { readonly where: string }): ReactNode {
  const { data } = useSuspenseCached(NOTES, async () => [`note of the ${where}`])
  return <p>{data.join()}</p>
}
