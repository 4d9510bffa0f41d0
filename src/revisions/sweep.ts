// Removes from the trash what the user said may go, the oldest first.
import { codeOf, isMissing, type Tree } from '../platform/tree.ts'
import { type Batch, pathInBatch } from './batch.ts'
import type { Revision, SweepLimits, Swept } from './revisions.ts'
import { listBatches, walkBatch } from './trash-walk.ts'

export interface Sweeping {
  readonly tree: Tree
  readonly now: number
  readonly limits: SweepLimits
  /** Whether files are being moved into a batch: its directories stay. */
  isOpen(batch: Batch): boolean
}

export async function sweepTrash(sweeping: Sweeping): Promise<Swept> {
  const { olderThanMs, maxBytes } = sweeping.limits
  if (olderThanMs === undefined && maxBytes === undefined) return { removed: 0, bytes: 0 }
  const batches = [...(await listBatches(sweeping.tree))].reverse()
  let excess = maxBytes === undefined ? Infinity : (await bytesIn(sweeping.tree, batches)) - maxBytes
  let removed = 0
  let bytes = 0
  for (const batch of batches.filter(({ keptAt }) => sweeping.now - keptAt > (olderThanMs ?? -Infinity))) {
    if (excess <= 0) break
    const gone = await sweepBatch(sweeping, batch, excess)
    removed += gone.removed
    bytes += gone.bytes
    excess -= gone.bytes
  }
  return { removed, bytes }
}

async function bytesIn(tree: Tree, batches: readonly Batch[]): Promise<number> {
  let bytes = 0
  for (const batch of batches) {
    for await (const revision of walkBatch(tree, batch)) bytes += revision.size
  }
  return bytes
}

async function sweepBatch(sweeping: Sweeping, batch: Batch, excess: number): Promise<Swept> {
  let removed = 0
  let bytes = 0
  for await (const revision of walkBatch(sweeping.tree, batch)) {
    if (bytes >= excess) break
    if (!(await removeRevision(sweeping.tree, batch, revision))) continue
    removed += 1
    bytes += revision.size
  }
  if (!sweeping.isOpen(batch)) await prune(sweeping.tree, pathInBatch(batch, ''))
  return { removed, bytes }
}

async function removeRevision(tree: Tree, batch: Batch, { path }: Revision): Promise<boolean> {
  try {
    await tree.removeFile(pathInBatch(batch, path))
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** Removes the directories at and below `path` that hold nothing; whether `path` itself is gone. */
export async function prune(tree: Tree, path: string): Promise<boolean> {
  const names = await tree.list(path)
  let left = names.length
  for (const { name, stat } of names) {
    if (stat?.kind === 'directory' && (await prune(tree, `${path}/${name}`))) left -= 1
  }
  return left === 0 && removeEmpty(tree, path)
}

/** Removes what is at `path` with everything below it, if there is anything. */
export async function removeAll(tree: Tree, path: string): Promise<void> {
  try {
    const stat = await tree.stat(path)
    if (stat === undefined) return
    if (stat.kind !== 'directory') return await tree.removeFile(path)
    for (const { name } of await tree.list(path)) await removeAll(tree, `${path}/${name}`)
    await tree.removeDirectory(path)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

/** Whether the directory is gone; false when it holds something. */
export async function removeEmpty(tree: Tree, path: string): Promise<boolean> {
  try {
    await tree.removeDirectory(path)
    return true
  } catch (error) {
    if (isMissing(error)) return true
    if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') return false
    throw error
  }
}
