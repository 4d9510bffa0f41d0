// The trees that are synced, the same bytes at every run.
import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { measure } from './measure.ts'

export interface TreeShape {
  readonly directories: number
  readonly filesEach: number
  readonly bytesEach: number
}

/** Makes `root` with directories d0, d1 … of files f0, f1 …; no two files have the same content, unless they are empty. */
export function makeTree(root: string, { directories, filesEach, bytesEach }: TreeShape): void {
  mkdirSync(root)
  for (let d = 0; d < directories; d += 1) {
    mkdirSync(join(root, `d${d}`))
    for (let f = 0; f < filesEach; f += 1) makeFile(join(root, `d${d}`, `f${f}`), bytesEach, d * filesEach + f)
  }
}

const PIECE = 1024 * 1024
// The same megabyte over and over, with a number in front of each, is enough: nobody here compresses or looks for equal blocks.
const piece = noise(PIECE)

export function makeFile(path: string, size: number, seed: number): void {
  const file = openSync(path, 'w')
  for (let at = 0; at < size; at += PIECE) {
    piece.writeDoubleLE(seed * 2 ** 32 + at / PIECE + 1, 0)
    writeSync(file, piece, 0, Math.min(PIECE, size - at))
  }
  closeSync(file)
}

function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let at = 0; at < size; at += 32) createHash('sha256').update(String(at)).digest().copy(bytes, at)
  return bytes
}

/** A copy with the same times. */
export async function copyTree(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, preserveTimestamps: true })
}

export async function emptyDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true })
  await mkdir(path)
}

/** Lets the disk write what is waiting, so that nobody pays for what another one left. */
export async function settleDisk(signal: AbortSignal): Promise<void> {
  await measure({ program: 'sync', args: [] }, signal)
}
