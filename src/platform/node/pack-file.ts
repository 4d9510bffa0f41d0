// A file that grows at its end, and is read anywhere.
import { close, constants, fstat, open, read, write } from 'node:fs'
import { promisify } from 'node:util'

export interface PackFile {
  size(): Promise<number>
  /** Durable only when the file system is flushed. */
  write(at: number, bytes: Uint8Array): Promise<void>
  /** Fewer than `length` where the file ends. */
  read(at: number, length: number): Promise<Uint8Array>
  /** When nothing is under way. */
  close(): Promise<void>
}

const openLater = promisify(open)
const closeLater = promisify(close)
const statLater = promisify(fstat)
const readLater = promisify(read)
const writeLater = promisify(write)

/** Opens `path`; one that is made is for its owner alone. Throws the system's errors. */
export async function openPackFile(path: string, mode: 'existing' | 'create'): Promise<PackFile> {
  const flags = constants.O_RDWR | constants.O_NOFOLLOW | (mode === 'create' ? constants.O_CREAT : 0)
  const descriptor = await openLater(path, flags, 0o600)
  return {
    size: async () => (await statLater(descriptor)).size,
    write: (at, bytes) => writeAll(descriptor, at, bytes),
    read: (at, length) => readAll(descriptor, at, length),
    close: () => closeLater(descriptor),
  }
}

async function writeAll(descriptor: number, at: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await writeLater(descriptor, bytes, done, bytes.length - done, at + done)
    done += bytesWritten
  }
}

async function readAll(descriptor: number, at: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(length)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await readLater(descriptor, bytes, done, length - done, at + done)
    if (bytesRead === 0) return bytes.subarray(0, done)
    done += bytesRead
  }
  return bytes
}
