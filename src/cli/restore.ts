// `syncline restore FOLDER PATH`: brings back what a run deleted or replaced. What is in its place now goes to the trash first.
import type { Restored } from '../api/shapes/revisions.ts'
import { openTrashPlace } from '../assemble/open-folder.ts'
import type { Path } from '../model/path.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import { openTrash } from '../revisions/trash.ts'
import { isThere, type RestoredFile, restorePath } from '../sync/restore.ts'
import { counted, shown, shownTime } from '../words/show.ts'
import { type DaemonOptions, daemonOf } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'
import { parsePathIn } from './path-argument.ts'

export interface RestoreOptions extends DaemonOptions {
  /** Milliseconds since 1970. */
  readonly at?: number
}

/** Returns 1 when nothing was kept that could be brought back. */
export async function restoreCommand(
  folder: string,
  text: string,
  options: RestoreOptions,
  { out, err }: Streams,
): Promise<number> {
  const tell = (restored: Told) =>
    void out.write(options.json ? `${JSON.stringify({ type: 'restored', ...restored })}\n` : `${wordsOf(restored)}\n`)
  const held = await daemonOf(folder, options)
  const path = parsePathIn(held?.folder.path ?? folder, text)
  const ended =
    held === undefined ? await restoreHere(folder, path, options, tell) : await askDaemon(held, path, options, tell)
  for (const { path: at, message } of ended.failed) err.write(`syncline: ${shown(at)}: ${shown(message)}\n`)
  if (!options.json) for (const line of endOf(ended)) out.write(`${line}\n`)
  return ended.count > 0 && ended.failed.length === 0 ? EXIT.equal : EXIT.unsynced
}

interface Told {
  readonly path: string
  readonly keptAt: number
  readonly replaced?: RestoredFile['replaced']
}

interface Ended {
  readonly count: number
  readonly isOne: boolean
  readonly failed: Restored['failed']
  /** Where nothing was restored: why. */
  readonly nothing: string
}

type Tell = (restored: Told) => void

async function askDaemon(
  { client, folder }: NonNullable<Awaited<ReturnType<typeof daemonOf>>>,
  path: Path,
  { at }: RestoreOptions,
  tell: Tell,
): Promise<Ended> {
  const { restored, failed } = await client.revisions.restore(folder.id, path, at === undefined ? {} : { at })
  for (const one of restored) tell(one)
  const isOne = restored.some(one => one.path === path)
  return { count: restored.length, isOne, failed, nothing: nothingKept(path, at, 'unknown') }
}

async function restoreHere(folder: string, path: Path, { at }: RestoreOptions, tell: Tell): Promise<Ended> {
  const files = await openTrashPlace(folder, 'write')
  try {
    const { tree } = files
    const { clock, random } = nodeWorld({ log: () => {} })
    let count = 0
    let isOne = false
    for await (const { revision, replaced } of restorePath(path, at, {
      tree,
      revisions: openTrash({ tree, clock, random }),
    })) {
      count += 1
      isOne = revision.path === path
      tell({ path: revision.path, keptAt: revision.keptAt, replaced })
    }
    const there = count > 0 || at === undefined ? 'unknown' : (await isThere(tree, path)) ? 'there' : 'gone'
    return { count, isOne, failed: [], nothing: nothingKept(path, at, there) }
  } finally {
    await files.close()
  }
}

function endOf({ count, isOne, failed, nothing }: Ended): readonly string[] {
  if (count === 0) return failed.length === 0 ? [nothing] : []
  return isOne ? [] : [`${counted(count, 'file')} restored.`]
}

function wordsOf({ path, keptAt, replaced }: Told): string {
  const now = replaced === 'kept' ? ' The version that was there now is in the trash.' : ''
  return `${shown(path)} is back as it was until ${shownTime(keptAt)}.${now}`
}

function nothingKept(path: Path, at: number | undefined, now: 'there' | 'gone' | 'unknown'): string {
  if (at === undefined) return `No version of ${shown(path)} is in the trash.`
  if (now === 'there')
    return `Nothing of ${shown(path)} went to the trash after ${shownTime(at)}: the version of then may be the one that is there.`
  return `No version of ${shown(path)} that was in place at ${shownTime(at)} is in the trash.`
}
