// Renames within a tree; `keep` never takes the place of anything.
import { linkSync, lstatSync, renameSync, unlinkSync } from 'node:fs'
import { codeOf } from '../tree.ts'
import { fault } from './confined.ts'

/** Systems and disks without hard links of this kind say one of these. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'])

/**
 * Renames unless something is at `to` (`EEXIST`).
 *
 * Node has no call that does this in one act. What is no directory gets its new name by a hard link, which fails when the name
 * is taken, and then loses the old one: a crash in between leaves both names. A directory, or anything on a disk without
 * hard links, is checked and then renamed: in that window the system itself refuses to replace a directory that holds
 * something, so that for a directory only an empty one can be lost; for a file on such a disk, a file put there meanwhile.
 */
export function renameKeeping(from: string, to: string): void {
  if (mayLink(from) && linked(from, to)) {
    unlinkSync(from)
    return
  }
  if (lstatSync(to, { throwIfNoEntry: false }) !== undefined) throw fault('EEXIST', to)
  renameSync(from, to)
}

/** Linux links what is at the name itself, and refuses directories on its own; elsewhere a link might be followed. */
function mayLink(from: string): boolean {
  return process.platform === 'linux' || lstatSync(from).isFile()
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (NO_LINKS.has(codeOf(error) ?? '')) return false
    throw error
  }
}
