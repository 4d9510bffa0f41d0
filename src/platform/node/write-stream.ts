// Writes one large file piece by piece, under a name that nobody watches yet.
import { closeSync, constants, fchmodSync, fstatSync, ftruncateSync, openSync, write } from 'node:fs'
import { promisify } from 'node:util'
import type { Stat, WriteOptions, Writing } from '../tree.ts'
import { fault } from './confined.ts'
import { statOfOpen } from './stat.ts'
import { complete, createFile, writeAll } from './write-file.ts'

/** Up to here a synchronous call is quicker than asking the thread pool; beyond, a slow disk must not stop everything else. */
const HERE_BYTES = 64 * 1024

const writeLater = promisify(write)

export function openWriting(reached: string, from: number): Writing {
  return from === 0 ? new DiskWriting(createFile(reached)) : new DiskWriting(openLeftover(reached, from))
}

function openLeftover(reached: string, from: number): number {
  const descriptor = openSync(reached, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    checkLeftover(descriptor, from, reached)
    ftruncateSync(descriptor, from)
    fchmodSync(descriptor, 0o600)
    return descriptor
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

/** A leftover that is shorter than thought, or that has another name by now (a rename cut short), must not be written to. */
function checkLeftover(descriptor: number, from: number, reached: string): void {
  const { kind, size } = statOfOpen(descriptor)
  if (kind !== 'file' || size < from || fstatSync(descriptor).nlink > 1) throw fault('EINVAL', reached)
}

class DiskWriting implements Writing {
  readonly #descriptor: number
  #at: number

  constructor(descriptor: number) {
    this.#descriptor = descriptor
    this.#at = statOfOpen(descriptor).size
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; ) {
      const piece = bytes.subarray(from)
      from += await this.#writeSome(piece)
    }
  }

  async finish(options: WriteOptions): Promise<Stat> {
    try {
      return complete(this.#descriptor, options)
    } finally {
      closeSync(this.#descriptor)
    }
  }

  async abandon(): Promise<void> {
    closeSync(this.#descriptor)
  }

  async #writeSome(bytes: Uint8Array): Promise<number> {
    const at = this.#at
    const count =
      bytes.length <= HERE_BYTES
        ? writeAll(this.#descriptor, bytes, at)
        : (await writeLater(this.#descriptor, bytes, 0, bytes.length, at)).bytesWritten
    this.#at += count
    return count
  }
}
