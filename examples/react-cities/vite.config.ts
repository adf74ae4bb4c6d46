import { defineConfig } from 'vite'

export default defineConfig({
  // The packages of this repository from their sources, so that nothing has to be built before.
  resolve: { conditions: ['@hotpath/source', 'module', 'browser', 'development|production'] },
  build: { target: 'es2023' },
})
