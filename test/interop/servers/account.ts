// The unprivileged account that servers run under, when the tests run as root.
import { execFile } from 'node:child_process'
import { chown } from 'node:fs/promises'
import { promisify } from 'node:util'

export const ACCOUNT = 'www-data'

/** Gives the directories to the servers' account; without being root everything runs as ourselves, and nothing needs to be given. */
export async function giveToServer(...directories: readonly string[]): Promise<'given' | 'ours'> {
  if (process.getuid?.() !== 0) return 'ours'
  const idOf = async (flag: string) => Number((await promisify(execFile)('id', [flag, ACCOUNT])).stdout)
  const [uid, gid] = [await idOf('-u'), await idOf('-g')]
  for (const directory of directories) await chown(directory, uid, gid)
  return 'given'
}
