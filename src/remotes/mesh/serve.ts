// Answers devices that ask for blocks: of files of the folder only, as they were announced, and no more at once than is good for everybody.
import { hash as hashOnce } from 'node:crypto'
import type { FolderIndex } from '../../index/folder-index.ts'
import { parsePath } from '../../model/path.ts'
import type { Tree } from '../../platform/tree.ts'
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

/** `size` bytes from `offset` on; fewer at the end of the file. */
export async function readBlock(tree: Tree, path: string, offset: number, size: number): Promise<Uint8Array> {
  if (tree.readAt !== undefined) return tree.readAt(path, offset, size)
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
