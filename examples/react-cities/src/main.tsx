import { CacheProvider } from '@hotpath/react'
import { createCityCache, followServer } from 'city-page-example/cities'
import 'city-page-example/style.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'

const cache = createCityCache()
followServer(cache)

createRoot(document.querySelector('#app') as Element).render(
  <StrictMode>
    <CacheProvider cache={cache}>
      <App />
    </CacheProvider>
  </StrictMode>,
)

// A button opens it. In an application of yours: in development alone.
void import('@hotpath/observe/inspector').then(({ attachInspector }) => attachInspector(cache))
