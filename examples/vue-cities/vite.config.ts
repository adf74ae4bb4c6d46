import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [vue()],
  // The packages of this repository from their sources, so that nothing has to be built before.
  resolve: { conditions: ['@hotpath/source', 'module', 'browser', 'development|production'] },
  build: { target: 'es2023' },
})
