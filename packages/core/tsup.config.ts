import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts', 'src/lru.ts'],
  format: ['esm', 'cjs'],
  dts: true,
  // Without splitting each CommonJS entry would carry its own copy of shared classes.
  splitting: true,
  sourcemap: true,
  clean: true,
  target: 'es2022',
})
