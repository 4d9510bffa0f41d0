// A host's storage in a directory of its own, for tests.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openNodeTree } from '../../platform/node/node-tree.ts'
import { nodeWorld } from '../../platform/node/node-world.ts'
import type { Clock } from '../../platform/world.ts'
import type { BlobStore } from '../blobs.ts'
import { openDiskBlobs } from '../disk/disk-blobs.ts'
import { type HostedSpaces, openHostedSpaces } from '../sqlite/hosted-spaces.ts'

export interface Storage {
  readonly spaces: HostedSpaces
  readonly blobs: BlobStore
  /** Closes it all. */
  close(): Promise<void>
}

/** Opens what is in `directory`, or makes it. */
export async function openStorage(directory: string, its: { readonly clock?: Clock } = {}): Promise<Storage> {
  const { clock: real, random } = nodeWorld({ log: () => {} })
  const clock = its.clock ?? real
  const tree = await openNodeTree(directory)
  const blobs = await openDiskBlobs({ tree, clock, random })
  const spaces = openHostedSpaces({ database: join(directory, 'spaces.db'), blobs, clock, random })
  const close = async () => {
    await spaces.close()
    await blobs.close()
    await tree.close()
  }
  return { spaces, blobs, close }
}

/** No fact cuts the power: where there is such a place, none waits for a disk. */
const QUICK = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** An empty directory, and how to remove it. */
export function temporaryDirectory(above = QUICK): { readonly directory: string; remove(): void } {
  const directory = mkdtempSync(join(above, 'store-'))
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) }
}
