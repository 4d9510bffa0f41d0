// The folder's marker: proof that a directory is the folder it was, and not an empty mount point.
import type { FolderIndex } from '../index/folder-index.ts'
import { SyncError } from '../model/errors.ts'
import { OWN_DIRECTORY } from '../model/path.ts'
import { isMissing, type Tree } from '../platform/tree.ts'
import { type Random, randomHex } from '../platform/world.ts'

/** Lies in the program's own directory, which is made with the folder and moves with it. */
export const MARKER = `${OWN_DIRECTORY}/folder-id`

const KEY = 'folder-id'

/**
 * Checks that index and marker belong together, and makes a marker for a folder that never had one. A folder whose index was lost
 * keeps its marker; one whose marker was lost is refused, because then anything else may be lost as well.
 */
export async function claimFolder(tree: Tree, index: FolderIndex, random: Random): Promise<string> {
  const known = index.get(KEY)
  const found = await readMarker(tree)
  if (known !== undefined && found !== known) throw wrongMarker(tree, found)
  if (found !== undefined) {
    // It may be what a run that died has written: it is remembered only once it is on disk.
    if (known === undefined) await tree.flush([MARKER])
    index.set(KEY, found)
    return found
  }
  const id = randomHex(random, 16)
  await writeMarker(tree, id, random)
  index.set(KEY, id)
  return id
}

/** The id in the marker; undefined when there is no marker. */
export async function readMarker(tree: Tree): Promise<string | undefined> {
  try {
    const { bytes } = await tree.readSmall(MARKER, 1024)
    const text = Buffer.from(bytes).toString('utf8').trim()
    return /^[0-9a-f]{32}$/.test(text) ? text : ''
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Written under another name and made durable first: a marker is whole or not there, also after a power cut. */
async function writeMarker(tree: Tree, id: string, random: Random): Promise<void> {
  const draft = `${MARKER}.${randomHex(random, 4)}`
  const [written] = await tree.writeSmall([{ path: draft, bytes: Buffer.from(`${id}\n`), mode: 0o600 }])
  if (written instanceof Error) throw written
  await tree.flush([draft])
  await tree.rename(draft, MARKER, 'replace')
  await tree.flush([MARKER])
}

function wrongMarker(tree: Tree, found: string | undefined): SyncError {
  const what = found === undefined ? 'has lost its marker' : "has another folder's marker"
  return new SyncError(
    'folder-unusable',
    `The folder '${tree.root}' ${what} (${MARKER}). Nothing was changed. If a disk is not mounted, mount it; if the folder is the right one, run 'syncline doctor' on it.`,
  )
}
