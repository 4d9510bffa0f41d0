// Opens the journal of small blobs, and first puts in their places those that a crash of the machine may have taken from there.
import { contentIdOfBytes } from '../../index/content-id.ts'
import { type DurableFile, openDurableFile } from '../../platform/node/durable-file.ts'
import { codeOf, type Tree } from '../../platform/tree.ts'
import { pathOf, placeOf, STAGING } from './blob-place.ts'
import type { Directories } from './directories.ts'
import { entriesIn, Journal, type JournalEntry } from './journal.ts'
import { PACKED_BYTES, type Packs } from './packs.ts'

const NAMES = ['journal-0', 'journal-1'] as const
const RECOVERED = `${STAGING}/recovered`

export async function openJournal(tree: Tree, directories: Directories, packs: Packs): Promise<Journal> {
  const files: DurableFile[] = []
  for (const name of NAMES) files.push(await openDurableFile(`${tree.root}/${name}`))
  let last = 0
  let count = 0
  for (const file of files) {
    for (const entry of entriesIn(file)) {
      // A blob that is not what its id says was never confirmed: nothing behind it was.
      if (contentIdOfBytes(entry.bytes) !== entry.id) break
      last = Math.max(last, entry.round)
      count += 1
      if (entry.bytes.length <= PACKED_BYTES) await recoverPacked(packs, entry)
      else await recover(tree, directories, entry)
    }
  }
  const journal = new Journal(files, last + 1, () => tree.flush())
  if (count > 0) await journal.empty()
  return journal
}

async function recoverPacked(packs: Packs, entry: JournalEntry): Promise<void> {
  const there = await packs.read(entry.id)
  if (there === undefined || Buffer.compare(there, entry.bytes) !== 0) await packs.append([entry])
}

/** The name may be there without the bytes: so the bytes are compared. */
async function recover(tree: Tree, directories: Directories, { id, bytes }: JournalEntry): Promise<void> {
  if (await isWhole(tree, pathOf(id), bytes)) return
  await directories.ensure(placeOf(id))
  const [written] = await tree.writeSmall([{ path: RECOVERED, bytes, mode: 0o600 }])
  if (written instanceof Error) throw written
  await tree.rename(RECOVERED, pathOf(id), 'replace')
}

async function isWhole(tree: Tree, path: string, bytes: Uint8Array): Promise<boolean> {
  try {
    const there = await tree.readSmall(path, bytes.length)
    return Buffer.compare(there.bytes, bytes) === 0
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EFBIG') return false
    throw error
  }
}
