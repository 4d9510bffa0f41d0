// Which of what is to go from here other devices have: they announce it, they are connected, and they still give a byte of it after they
// heard that this one offers it no more. So of two that let go of the same at the same time, one at least is refused by the other.
import type { Global, MeshRecords } from '../../index/mesh.ts'
import { SyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import type { Leaving } from '../../replica/replica.ts'
import { IMPLIED, stampOfVersion } from './announcements.ts'
import type { BlockSource } from './fetch.ts'

/** A device that is connected. */
export interface Witness {
  readonly peer: BlockSource
  /** Resolves when it was told of everything that was announced until now; with false when it is gone. */
  isTold(): Promise<boolean>
}

export interface HeldParts {
  readonly folder: string
  readonly mesh: MeshRecords
  readonly witnesses: ReadonlyMap<string, Witness>
}

export async function heldElsewhere(
  leaving: readonly Leaving[],
  parts: HeldParts,
  signal: AbortSignal,
): Promise<ReadonlySet<Path>> {
  const held = new Set<Path>()
  const told = await toldOf(parts.witnesses)
  if (told.length === 0) return held
  await Promise.all(
    leaving.map(async one => {
      if (await isHeld(one, told, parts, signal)) held.add(one.path)
    }),
  )
  return held
}

async function toldOf(witnesses: HeldParts['witnesses']): Promise<readonly BlockSource[]> {
  const all = await Promise.all([...witnesses.values()].map(async one => ((await one.isTold()) ? [one.peer] : [])))
  return all.flat()
}

async function isHeld(
  leaving: Leaving,
  told: readonly BlockSource[],
  { folder, mesh }: HeldParts,
  signal: AbortSignal,
): Promise<boolean> {
  // Somebody has something in it: as long as that is so, it is there.
  if (leaving.kind === 'directory' && leaving.expect === IMPLIED) return true
  const global = mesh.global(leaving.path)
  const holders = global === undefined ? [] : told.filter(({ device }) => offers(device, leaving, global))
  if (leaving.kind !== 'file' || leaving.size === 0) return holders.length > 0
  for (const holder of holders) if (await gives(holder, leaving, folder, signal)) return true
  return false
}

/** Of a directory it does not matter which version it is of. */
function offers(device: string, { kind, expect }: Leaving, { announcement, holders }: Global): boolean {
  const { kind: theirs, deleted, invalid, version } = announcement
  if (deleted || invalid || theirs !== kind) return false
  return holders.includes(device) && (kind === 'directory' || stampOfVersion(version) === expect)
}

/** The last byte: then nothing of it was cut off either. */
async function gives(
  holder: BlockSource,
  { path, size }: Leaving,
  folder: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const wanted = { folder, name: path, offset: size - 1, size: 1, hash: new Uint8Array(0), blockNumber: 0 }
    return (await holder.ask(wanted, signal)).length === 1
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof SyncError) return false
    throw error
  }
}
