/** Database servers refuse to run as root: there they run as a user of their own. */
import { spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** For `spawn`. */
export interface Unprivileged {
  readonly uid?: number
  readonly gid?: number
}

/** Whom to run as: ourselves, or, when that is root, the user that the server's package has made. */
export function unprivileged(user: string): Unprivileged {
  if (process.getuid?.() !== 0) return {}
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout))
  if (!uid || !gid) throw new Error(`There is no user \`${user}\` to run the server as. Install its Debian package.`)
  return { uid, gid }
}

/** A folder that belongs to whom the server runs as. */
export function folderOf({ uid, gid }: Unprivileged, name: string): string {
  const dir = mkdtempSync(join(tmpdir(), `hotpath-${name}-`))
  if (uid !== undefined && gid !== undefined) chownSync(dir, uid, gid)
  return dir
}
