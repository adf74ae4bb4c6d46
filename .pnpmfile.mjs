// What `pnpm pack` and `pnpm publish` put into the package.json of a tarball. Loaded only then: the rest is TypeScript.
export const hooks = {
  beforePacking: async (manifest, dir) =>
    (await import('./scripts/build/packed-manifest.ts')).packedManifest(manifest, dir),
}
