// The ways by which one user's files are reached: which addresses mean them, and what a place in them is called there.
import type { Accounts, User } from '../accounts/accounts.ts'
import { type Path, parsePath } from '../model/path.ts'
import { parseResourcePath, writeResourcePath } from '../wire/dav/resource-path.ts'

export interface FilesTree {
  /** The prefix of all hrefs, as the client wrote it, percent-encoded. */
  readonly root: string
  /** Decoded names below it. */
  readonly names: readonly string[]
}

/** Whether `name`, as it stands in an address, is this user: by name, or by the id that outlives it. */
export function isOwn({ users }: Accounts, user: User, name: string): boolean {
  return name === user.name || name === user.id || users.findByName(name)?.id === user.id
}

/** The tree and the place in it that decoded names mean; undefined for other addresses, and for other users' files. */
export function filesTreeOf(accounts: Accounts, user: User, names: readonly string[]): FilesTree | undefined {
  if (names[0] !== 'remote.php') return undefined
  const length = names[1] === 'webdav' ? 2 : names[1] === 'dav' && names[2] === 'files' ? 4 : 0
  if (length === 0 || names.length < length) return undefined
  if (length === 4 && !isOwn(accounts, user, names[3] ?? '')) return undefined
  return { root: writeResourcePath(names.slice(0, length)), names: names.slice(length) }
}

/** What a `Destination` means: decoded names from the root of the server, and the place among the user's files, where it is one. */
export function readDestination(
  accounts: Accounts,
  user: User,
  raw: string | string[] | undefined,
): { readonly names: readonly string[]; readonly files: Path | undefined } | undefined {
  if (typeof raw !== 'string') return undefined
  const path = parseResourcePath(raw)
  if (path.as === 'fault') return undefined
  const tree = filesTreeOf(accounts, user, path.names)
  return { names: path.names, files: tree === undefined ? undefined : parsePath(tree.names.join('/')) }
}
