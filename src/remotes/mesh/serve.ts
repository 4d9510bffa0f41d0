// Answers devices that ask for blocks: of files of the folder only, as they were announced, and no more at once than is good for everybody.
import { hash as hashOnce } from 'node:crypto'
import type { DiskMark, FolderIndex } from '../../index/folder-index.ts'
import { type Path, parsePath } from '../../model/path.ts'
import { markOf } from '../../platform/roll.ts'
import type { Stat, Tree } from '../../platform/tree.ts'
import { isMissing } from '../../platform/tree.ts'
import type { Request, Response } from '../../wire/bep/messages.ts'

export interface ServeParts {
  readonly tree: Tree
  readonly index: FolderIndex
}

type Answer = Pick<Response, 'data' | 'code'>

/** No block is larger. */
const MAX_BLOCK = 16 * 1024 * 1024
const NOTHING = new Uint8Array(0)

/** The bytes that were asked for, or the code that says why not. Never throws for what the other end asked. */
export async function serveBlock({ name, offset, size, hash }: Request, { tree, index }: ServeParts): Promise<Answer> {
  const path = parsePath(name)
  if (path === undefined || size > MAX_BLOCK) return refused('invalid-file')
  const row = index.row(path)
  // Only what was found by a scan or put there by us is announced; whatever else lies there is nobody's business.
  if (row?.state.kind !== 'file') return refused(row?.state.kind === 'blocked' ? 'invalid-file' : 'no-such-file')
  try {
    const data = await readBlock(tree, path, offset, size)
    const isRight =
      data.length === size && (hash.length === 0 || Buffer.compare(hashOnce('sha256', data, 'buffer'), hash) === 0)
    // The file has changed: the next scan announces it.
    return isRight ? { data, code: 'ok' } : refused('no-such-file')
  } catch (error) {
    return refused(isMissing(error) ? 'no-such-file' : 'error')
  }
}

/** A file as it was when it was hashed. */
export interface AnnouncedFile {
  readonly path: Path
  readonly mark: DiskMark
}

export function announcedFile(name: string, size: number, index: FolderIndex): AnnouncedFile | undefined {
  const path = parsePath(name)
  const state = path === undefined ? undefined : index.row(path)?.state
  return path !== undefined && state?.kind === 'file' && size <= state.size ? { path, mark: state.mark } : undefined
}

/**
 * Fills these one after the other with what the file has from `offset` on. Whether that is what was announced: as long as the file is the
 * one that was hashed, and was not touched since, it need not be hashed again; whoever asked does so in any case.
 */
export async function readAnnounced(
  { path, mark }: AnnouncedFile,
  offset: number,
  into: readonly Uint8Array[],
  tree: Tree,
): Promise<boolean> {
  if (tree.readInto === undefined) return false
  let isAsAnnounced = true
  const check = (stat: Stat) => {
    isAsAnnounced &&= markOf(stat) === mark
  }
  try {
    const count = await tree.readInto(path, offset, into, check)
    return isAsAnnounced && count === into.reduce((sum, { length }) => sum + length, 0)
  } catch {
    // What is wrong is found out when each is answered by itself.
    return false
  }
}

/** `size` bytes from `offset` on, `into` this memory where it is given; fewer at the end of the file. */
export async function readBlock(
  tree: Tree,
  path: string,
  offset: number,
  size: number,
  into?: Uint8Array,
): Promise<Uint8Array> {
  if (tree.readInto !== undefined) {
    const bytes = into ?? Buffer.allocUnsafeSlow(size)
    return bytes.subarray(0, await tree.readInto(path, offset, [bytes]))
  }
  const chunks: Uint8Array[] = []
  let got = 0
  for await (const chunk of tree.read(path, offset, () => {})) {
    chunks.push(chunk)
    got += chunk.length
    if (got >= size) break
  }
  const [only] = chunks
  return only !== undefined && chunks.length === 1 ? only.subarray(0, size) : Buffer.concat(chunks).subarray(0, size)
}

function refused(code: Response['code']): Answer {
  return { data: NOTHING, code }
}
