/** Packs every published package, so that the checks after it see exactly what users get. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { publicPackages, tarballDir, tarballOf } from './workspace.ts'

rmSync(tarballDir, { recursive: true, force: true })
mkdirSync(tarballDir, { recursive: true })
for (const pkg of publicPackages()) {
  execFileSync('pnpm', ['pack', '--out', tarballOf(pkg)], { cwd: pkg.dir, stdio: 'inherit' })
}
