// Makes sure that the directory is the one it was before, and keeps this program's own corner of it.
import { SyncError } from '../../model/errors.ts'
import { OWN_DIRECTORY } from '../../model/path.ts'
import { codeOf, isMissing, type Tree } from '../../platform/tree.ts'
import { randomHex, type World } from '../../platform/world.ts'
import type { Memory } from '../../replica/replica.ts'

export const STAGING = `${OWN_DIRECTORY}/staging`
const ID_FILE = `${OWN_DIRECTORY}/remote-id`
const ID = /^[0-9a-f]{32}$/
const PRIVATE = 0o700
/** What an upload that was given up left behind is swept after this long. */
const LEFTOVER_MS = 14 * 24 * 60 * 60 * 1000

export interface PlaceOptions {
  readonly tree: Tree
  readonly world: World
  readonly memory: Memory
  readonly mode: 'read-only' | 'read-write'
}

/**
 * The id of this very directory: a random mark inside it, so that an empty mount point or another disk is noticed. It is made
 * on first use, except in a dry run, which then goes by 'unmarked'.
 */
export async function checkPlace({ tree, world, memory, mode }: PlaceOptions): Promise<string> {
  const known = memory.get('place')
  const found = await readId(tree)
  if (found === 'damaged' || (known !== undefined && found !== known)) throw wrongPlace(tree, found)
  if (mode === 'read-only') return found ?? 'unmarked'
  const id = found ?? (await makeId(tree, randomHex(world.random, 16)))
  // It may be what a run that died has written: it is remembered only once it is on disk.
  if (known === undefined && found !== undefined) await tree.flush([ID_FILE])
  if (known === undefined) memory.set('place', id)
  return id
}

/** Makes the staging area, and sweeps what was left there long ago. */
export async function makeStaging(tree: Tree, nowMs: number): Promise<void> {
  await ensureDirectory(tree, OWN_DIRECTORY)
  await ensureDirectory(tree, STAGING)
  const oldest = BigInt(Math.trunc(nowMs - LEFTOVER_MS)) * 1_000_000n
  for (const { name, stat } of await tree.list(STAGING)) {
    if (stat !== undefined && stat.kind !== 'directory' && stat.ctimeNs < oldest)
      await removeIfThere(tree, `${STAGING}/${name}`)
  }
}

export async function ensureDirectory(tree: Tree, path: string): Promise<void> {
  try {
    await tree.makeDirectory(path, PRIVATE)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

export async function removeIfThere(tree: Tree, path: string): Promise<void> {
  try {
    await tree.removeFile(path)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

async function readId(tree: Tree): Promise<string | undefined> {
  try {
    const { bytes } = await tree.readSmall(ID_FILE, 1000)
    const text = Buffer.from(bytes).toString('latin1').trim()
    return ID.test(text) ? text : 'damaged'
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Writes the mark under another name first: it is there whole or not at all, and the first of two writers wins. */
async function makeId(tree: Tree, id: string): Promise<string> {
  await ensureDirectory(tree, OWN_DIRECTORY)
  const path = `${ID_FILE}-${id}`
  const [written] = await tree.writeSmall([{ path, bytes: Buffer.from(`${id}\n`) }])
  if (written instanceof Error) throw written
  // Durable before it has its name, and before anybody remembers it.
  await tree.flush([path])
  try {
    await tree.rename(path, ID_FILE, 'keep')
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    await tree.removeFile(path)
  }
  await tree.flush([ID_FILE])
  return (await readId(tree)) ?? id
}

function wrongPlace(tree: Tree, found: string | undefined): SyncError {
  const what = found === undefined ? `its mark, ${ID_FILE}, is missing` : `it carries the mark of another one`
  const advice =
    'If it lies on a disk or share, connect that. To begin anew with what is there now, remove the remote and add it again (without the daemon: `syncline doctor FOLDER --forget REMOTE`).'
  return new SyncError(
    'wrong-place',
    `${tree.root} is not the directory that this folder was paired with: ${what}. ${advice}`,
  )
}
