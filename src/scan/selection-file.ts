// The file that says what this device keeps of a folder: found, read, and written so that it is there as it was or as it is to be.
import { SyncError } from '../model/errors.ts'
import { OWN_DIRECTORY } from '../model/path.ts'
import { codeOf, isMissing, type Tree } from '../platform/tree.ts'
import { type Random, randomHex } from '../platform/world.ts'
import { type Deselected, parseSelection, writeSelection } from './selection.ts'

export const SELECTION_FILE = `${OWN_DIRECTORY}/selection`
const MAX_BYTES = 4 * 1024 * 1024

/** Nothing is deselected where there is no file. Throws `usage` for one that cannot be read. */
export async function readSelection(tree: Tree): Promise<Deselected> {
  try {
    const { bytes } = await tree.readSmall(SELECTION_FILE, MAX_BYTES)
    return parseSelection(Buffer.from(bytes).toString('utf8'), SELECTION_FILE)
  } catch (error) {
    if (isMissing(error)) return []
    if (error instanceof SyncError) throw error
    throw new SyncError(
      'usage',
      `The file ${SELECTION_FILE}, which says what this device keeps, cannot be read (${codeOf(error) ?? String(error)}). Nothing is synced until it can.`,
      { cause: error },
    )
  }
}

/** On disk when this resolves. */
export async function saveSelection(tree: Tree, random: Random, deselected: Deselected): Promise<void> {
  const text = writeSelection(deselected)
  const bytes = Buffer.from(text)
  if (bytes.length > MAX_BYTES) throw new SyncError('usage', 'More directories are deselected than can be remembered.')
  const draft = `${SELECTION_FILE}.${randomHex(random, 4)}`
  const [written] = await tree.writeSmall([{ path: draft, bytes, mode: 0o600 }])
  if (written instanceof Error) throw written
  await tree.flush([draft])
  await tree.rename(draft, SELECTION_FILE, 'replace')
  await tree.flush([SELECTION_FILE])
}
