import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The folder in which a browser keeps all that it stores. Gone with this process at the latest. */
export interface Profile {
  readonly dir: string
  remove(): void
}

const profiles = new Set<Profile>()
process.once('exit', () => {
  for (const profile of profiles) profile.remove()
})

/** Makes an empty one. */
export function createProfile(engine: string): Profile {
  const dir = mkdtempSync(join(tmpdir(), `hotpath-${engine}-`))
  const profile: Profile = {
    dir,
    remove() {
      profiles.delete(profile)
      // A process of the browser may be writing its last file.
      rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
  profiles.add(profile)
  return profile
}
