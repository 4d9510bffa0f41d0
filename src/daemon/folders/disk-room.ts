// Whether there is room on a folder's disk for what comes: what does not fit waits, and everything else goes on.
import { statfs } from 'node:fs/promises'
import { SyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import { shownBytes } from '../../words/show.ts'

export interface DiskSpace {
  /** For this user. */
  readonly freeBytes: number
  readonly totalBytes: number
}

/** For the folder's own records, and everybody else who uses the disk: a hundredth of it, no more than this. */
const MOST_SPARE_BYTES = 1_000_000_000

/** What a file that is on its way still needs. */
export interface Claim {
  leftBytes: number
}

export class DiskRoom {
  readonly #spaceOf: () => Promise<DiskSpace>
  readonly #claims = new Set<Claim>()
  readonly #refused = new Map<string, number>()
  #spareBytes = 0
  #freeBytes = 0

  constructor(spaceOf: () => Promise<DiskSpace>) {
    this.#spaceOf = spaceOf
  }

  /** Throws `disk-full`, of this file alone, when too little would be left. To be released. */
  async claim(path: Path, bytes: number): Promise<Claim> {
    await this.#fit(path, bytes)
    this.#refused.delete(path)
    const claim = { leftBytes: bytes }
    this.#claims.add(claim)
    return claim
  }

  release(claim: Claim): void {
    this.#claims.delete(claim)
  }

  /** The same for many small files, which are on the disk in a moment. */
  async check(bytes: number): Promise<void> {
    await this.#fit(undefined, bytes)
  }

  /** How much more room is needed for these, of which some were refused. */
  missingFor(paths: Iterable<string>): number {
    let wanted = 0
    for (const path of paths) wanted += this.#refused.get(path) ?? 1
    return wanted === 0 ? 0 : Math.max(1, wanted + this.#spareBytes - this.#freeBytes)
  }

  async #fit(path: Path | undefined, bytes: number): Promise<void> {
    const { freeBytes, totalBytes } = await this.#spaceOf()
    // Some file systems do not tell: then only writing shows.
    if (totalBytes === 0) return
    this.#freeBytes = freeBytes
    this.#spareBytes = Math.min(MOST_SPARE_BYTES, totalBytes / 100)
    const promised = [...this.#claims].reduce((sum, { leftBytes }) => sum + leftBytes, 0)
    const missing = Math.ceil(bytes + promised + this.#spareBytes - freeBytes)
    if (missing <= 0) return
    if (path !== undefined) this.#refused.set(path, bytes)
    throw new SyncError(
      'disk-full',
      `There is no room for it on the disk: ${shownBytes(missing)} more are needed. Make room; it is tried again by itself.`,
      { scope: 'entry', ...(path === undefined ? {} : { path }) },
    )
  }
}

/** What the system says of the disk that `directory` is on. */
export async function diskSpaceAt(directory: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(directory)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}
