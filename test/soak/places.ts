// The places that hold the folder, and what a person sees in each.
import { chownSync, existsSync, lstatSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface Place {
  readonly name: string
  /** The directory in which people work. */
  readonly root: string
  /** The name of the program that carries changes to and from it. */
  readonly keptBy: string
}

/** A program that is killed and started again. */
export interface Server {
  readonly name: string
  readonly isUp: boolean
  /** Why it ended although nobody ended it; undefined while it runs, and after somebody ended it. */
  readonly fault: string | undefined
  start(): Promise<void>
  end(how: 'kill' | 'stop'): Promise<void>
}

/** Paths relative to the root, sorted. */
export interface Seen {
  readonly files: readonly string[]
  readonly directories: readonly string[]
}

/** Of the programs: their memories and what they have not finished. */
const NOT_THE_USERS = /^(\.syncline|\.st(folder|versions|ignore)|\.DAV|\.davfs|\.syncthing\.|~syncthing~)/

export function look(root: string): Seen {
  const files: string[] = []
  const directories: string[] = []
  lookIn(root, '', files, directories)
  return { files: files.sort(), directories: directories.sort() }
}

function lookIn(root: string, directory: string, files: string[], directories: string[]): void {
  for (const item of itemsOf(join(root, directory))) {
    if (NOT_THE_USERS.test(item.name)) continue
    const path = directory === '' ? item.name : `${directory}/${item.name}`
    if (!item.isDirectory()) files.push(path)
    else {
      directories.push(path)
      lookIn(root, path, files, directories)
    }
  }
}

/** None when the directory went in the meantime: others work in it, too. */
function itemsOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}

/** A server that runs under another account can do in its directory only what is its own. */
export function giveToOwner({ root }: Place, path: string): void {
  if (process.getuid?.() !== 0 || !existsSync(root)) return
  const { uid, gid } = statSync(root)
  if (lstatSync(path).uid !== uid) chownSync(path, uid, gid)
}
