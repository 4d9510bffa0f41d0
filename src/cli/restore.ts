// `syncline restore FOLDER PATH`: brings back what a run deleted or replaced. What is in its place now goes to the trash first.
import { openKnownFolder } from '../assemble/open-folder.ts'
import type { Path } from '../model/path.ts'
import { nodeWorld } from '../platform/node/node-world.ts'
import type { Tree } from '../platform/tree.ts'
import { openTrash } from '../revisions/trash.ts'
import { isThere, type RestoredFile, restorePath } from '../sync/restore.ts'
import { counted, shown, shownTime } from '../words/show.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'
import { parsePathIn } from './path-argument.ts'

export interface RestoreOptions {
  /** Milliseconds since 1970. */
  readonly at?: number
}

/** Returns 1 when nothing was kept that could be brought back. */
export async function restoreCommand(
  folder: string,
  text: string,
  { at }: RestoreOptions,
  { out }: Streams,
): Promise<number> {
  const path = parsePathIn(folder, text)
  const files = await openKnownFolder(folder, 'write')
  try {
    const { tree } = files
    const { clock, random } = nodeWorld({ log: () => {} })
    let count = 0
    for await (const restored of restorePath(path, at, { tree, revisions: openTrash({ tree, clock, random }) })) {
      count += 1
      out.write(`${wordsOf(restored)}\n`)
      if (restored.revision.path !== path) continue
      return EXIT.equal
    }
    out.write(`${count > 0 ? `${counted(count, 'file')} restored.` : await nothingKept(path, at, tree)}\n`)
    return count > 0 ? EXIT.equal : EXIT.unsynced
  } finally {
    await files.close()
  }
}

function wordsOf({ revision: { path, keptAt }, replaced }: RestoredFile): string {
  const now = replaced === 'nothing' ? '' : ' The version that was there now is in the trash.'
  return `${shown(path)} is back as it was until ${shownTime(keptAt)}.${now}`
}

async function nothingKept(path: Path, at: number | undefined, tree: Tree): Promise<string> {
  if (at === undefined) return `No version of ${shown(path)} is in the trash.`
  return (await isThere(tree, path))
    ? `Nothing of ${shown(path)} went to the trash after ${shownTime(at)}: the version of then may be the one that is there.`
    : `No version of ${shown(path)} that was in place at ${shownTime(at)} is in the trash.`
}
