/** A page in React over a cache of the browser, as an application has it. */
import { createBrowserCache } from '@hotpath/browser'
import { CacheProvider, useCached } from '@hotpath/react'
import { createRoot } from 'react-dom/client'

const cache = createBrowserCache({ name: 'shop', ttl: '5m' })

function City() {
  const { data, status } = useCached(['city', 42], async ({ signal }) => {
    const response = await fetch('/api/cities/42', { signal })
    return response.json()
  })
  return <h1>{status === 'pending' ? 'Loading' : data.name}</h1>
}

createRoot(document.querySelector('#app')).render(
  <CacheProvider cache={cache}>
    <City />
  </CacheProvider>,
)
