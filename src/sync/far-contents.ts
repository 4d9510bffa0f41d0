// What is in files of the other side, where there is no other way to tell which side is behind: it is read. Kept for as long as the file
// is as it was.
import { contentIdOfBytes } from '../index/content-id.ts'
import type { ContentId } from '../model/content.ts'
import type { Entry, FileEntry, Stamp } from '../model/entry.ts'
import { SyncError } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import type { Replica } from '../replica/replica.ts'

/** What is larger is not read just to find out what it is. */
const MOST_READ = 64 * 1024 * 1024

export class FarContents {
  readonly #read = new Map<Path, { readonly stamp: Stamp; readonly content: ContentId }>()

  /** The entry with its content; as it is where that is known already, or cannot be found out. */
  async learn(path: Path, entry: FileEntry, remote: Replica, signal: AbortSignal): Promise<FileEntry> {
    if (entry.content !== undefined || entry.size > MOST_READ) return entry
    const content = await this.#contentOf(path, entry, remote, signal)
    return content === undefined ? entry : { ...entry, content }
  }

  async #contentOf(
    path: Path,
    { stamp, size }: FileEntry,
    remote: Replica,
    signal: AbortSignal,
  ): Promise<ContentId | undefined> {
    const known = this.#read.get(path)
    if (known?.stamp === stamp) return known.content
    const bytes = await orNothing(wholeOf(remote.read(path, stamp, 0, signal)))
    if (bytes?.length !== size) return undefined
    const content = contentIdOfBytes(bytes)
    this.#read.set(path, { stamp, content })
    return content
  }
}

/** What the other side shows at `path`, if that is a file. */
export async function fileAt(path: Path, remote: Replica, signal: AbortSignal): Promise<FileEntry | undefined> {
  const entry: Entry | undefined = await orNothing(remote.look(path, signal))
  return entry?.kind === 'file' ? entry : undefined
}

async function wholeOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

/** A single file that cannot be had says nothing. */
async function orNothing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    if (error instanceof SyncError && error.scope === 'entry') return undefined
    throw error
  }
}
