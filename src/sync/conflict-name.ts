// Names of conflict copies: `name (conflicted copy YYYY-MM-DD hhmmss).ext`, as ownCloud's and Nextcloud's clients write them.
import { nameOf, type Path, parentOf, pathIn } from '../model/path.ts'

const MAX_NAME_BYTES = 255
const MAX_EXTENSION_BYTES = 64
const PATTERN = / \(conflicted copy \d{4}-\d\d-\d\d \d{6}(?: \d+)?\)/

/**
 * Gives each path one free name for its conflict copy, the same when asked again. The time in it is when the copy's content was
 * last changed (local time), or now where that is unknown.
 */
export function conflictNames(
  isTaken: (path: Path) => boolean,
  nowMs: number,
  nameFor: (path: Path, attempt: number, timeMs: number) => Path = (path, attempt, timeMs) =>
    conflictName(path, timeMs, attempt),
): (path: Path, mtimeNs: bigint | undefined) => Path {
  const given = new Map<Path, Path>()
  const used = new Set<Path>()
  return (path, mtimeNs) => {
    const before = given.get(path)
    if (before !== undefined) return before
    const time = mtimeNs === undefined ? nowMs : Number(mtimeNs / 1_000_000n)
    let name = nameFor(path, 1, time)
    for (let attempt = 2; isTaken(name) || used.has(name); attempt += 1) name = nameFor(path, attempt, time)
    given.set(path, name)
    used.add(name)
    return name
  }
}

/** Whether a name is that of a conflict copy, whichever client made it. */
export function isConflictName(name: string): boolean {
  return PATTERN.test(name)
}

function conflictName(path: Path, timeMs: number, attempt: number): Path {
  const name = nameOf(path)
  const dot = name.lastIndexOf('.')
  // A dot-file has no extension: '.bashrc' becomes '.bashrc (conflicted copy …)'. Nor has a name that is long after its last dot.
  const isExtension = dot > 0 && Buffer.byteLength(name.slice(dot)) <= MAX_EXTENSION_BYTES
  const [stem, extension] = isExtension ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  const mark = ` (conflicted copy ${stampOf(timeMs)}${attempt === 1 ? '' : ` ${attempt}`})`
  return pathIn(
    parentOf(path),
    `${shorten(stem, MAX_NAME_BYTES - Buffer.byteLength(mark + extension))}${mark}${extension}`,
  )
}

/** As many whole characters as fit. */
function shorten(text: string, bytes: number): string {
  let end = text
  while (Buffer.byteLength(end) > bytes) end = [...end].slice(0, -1).join('')
  return end
}

function stampOf(timeMs: number): string {
  const time = new Date(Number.isFinite(timeMs) && Math.abs(timeMs) < 8.64e15 ? timeMs : 0)
  const two = (value: number) => String(value).padStart(2, '0')
  const year = Math.min(9999, Math.max(0, time.getFullYear()))
  const date = `${String(year).padStart(4, '0')}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  return `${date} ${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`
}
