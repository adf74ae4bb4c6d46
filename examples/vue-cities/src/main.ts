import { cachePlugin } from '@hotpath/vue'
import { createCityCache, followServer } from 'city-page-example/cities'
import 'city-page-example/style.css'
import { createApp } from 'vue'
import App from './app.vue'

const cache = createCityCache()
followServer(cache)
createApp(App).use(cachePlugin(cache)).mount('#app')

// A button opens it. In an application of yours: in development alone.
void import('@hotpath/observe/inspector').then(({ attachInspector }) => attachInspector(cache))
