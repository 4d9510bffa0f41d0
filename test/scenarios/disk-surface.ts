// A directory of this machine as people use it.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Deed } from './story.ts'
import type { Shown, Surface } from './surface.ts'

const OWN = '.syncline'

export function diskSurface(root: string): Surface {
  return {
    list: () => listed(root),
    textsAt: path => textsAt(join(root, path)),
    perform: deed => perform(root, deed),
    kept: () => textsBelow(join(root, OWN, 'trash')),
    leftovers: () => namesIn(join(root, OWN, 'staging')),
  }
}

function listed(root: string): Map<string, Shown> {
  const found = new Map<string, Shown>()
  const visit = (place: string): void => {
    for (const name of readdirSync(join(root, place)).sort()) {
      if (place === '' && name === OWN) continue
      const path = place === '' ? name : `${place}/${name}`
      // A name of bytes that are no Unicode.
      if (name.includes('\ufffd')) continue
      const shown = shownAt(join(root, path))
      found.set(path, shown)
      if (shown.kind === 'directory') visit(path)
    }
  }
  visit('')
  return found
}

function shownAt(file: string): Shown {
  const stat = lstatSync(file, { bigint: true })
  if (stat.isDirectory()) return { kind: 'directory' }
  if (stat.isSymbolicLink()) return { kind: 'symlink', target: readlinkSync(file) }
  if (!stat.isFile()) return { kind: 'other' }
  return { kind: 'file', text: readFileSync(file, 'utf8'), mtimeNs: stat.mtimeNs, mode: Number(stat.mode) & 0o777 }
}

function perform(root: string, deed: Deed): void {
  const at = (path: string): string => join(root, path)
  switch (deed.do) {
    case 'write':
      mkdirSync(dirname(at(deed.path)), { recursive: true })
      writeNoticeably(at(deed.path), deed.text)
      if (deed.mtimeNs !== undefined) setTime(at(deed.path), deed.mtimeNs)
      return
    case 'rewrite-unseen': {
      const { mtimeNs } = lstatSync(at(deed.path), { bigint: true })
      writeNoticeably(at(deed.path), deed.text)
      setTime(at(deed.path), mtimeNs)
      return
    }
    case 'make-directory':
      mkdirSync(at(deed.path), { recursive: true })
      return
    case 'move':
      mkdirSync(dirname(at(deed.to)), { recursive: true })
      renameSync(at(deed.from), at(deed.to))
      return
    case 'copy':
      copyFileSync(at(deed.from), at(deed.to))
      return
    case 'remove':
      rmSync(at(deed.path), { recursive: true })
      return
    case 'touch':
      setTime(at(deed.path), deed.mtimeNs)
      return
    case 'chmod':
      chmodSync(at(deed.path), deed.mode)
      return
    case 'link':
      if (existsSync(at(deed.path)) || lstatSync(at(deed.path), { throwIfNoEntry: false })) rmSync(at(deed.path))
      symlinkSync(deed.target, at(deed.path))
      return
    case 'fifo':
      execFileSync('mkfifo', [at(deed.path)])
  }
}

/** Writes until the disk's clock, which ticks a few hundred times a second, shows that somebody did. */
function writeNoticeably(file: string, text: string): void {
  const before = lstatSync(file, { bigint: true, throwIfNoEntry: false })
  do writeFileSync(file, text)
  while (before !== undefined && lstatSync(file, { bigint: true }).ctimeNs === before.ctimeNs)
}

function setTime(file: string, mtimeNs: bigint): void {
  // `touch` takes nanoseconds, and times that a floating point number would blur.
  const whole = mtimeNs >= 0n ? mtimeNs / 1_000_000_000n : -((-mtimeNs + 999_999_999n) / 1_000_000_000n)
  const rest = mtimeNs - whole * 1_000_000_000n
  if (rest === 0n) utimesSync(file, Number(whole), Number(whole))
  else execFileSync('touch', ['-m', '-d', `@${whole}.${String(rest).padStart(9, '0')}`, file])
}

function textsAt(file: string): string[] {
  const stat = lstatSync(file, { throwIfNoEntry: false })
  if (stat?.isDirectory()) return readdirSync(file).flatMap(name => textsAt(join(file, name)))
  return stat?.isFile() ? [readFileSync(file, 'utf8')] : []
}

function textsBelow(directory: string): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .map(entry => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
}

function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : []
}
