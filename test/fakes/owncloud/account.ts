// One user of the fake server: their tree, their unfinished uploads and the rules that apply to both.
import { badRequest, DavFault, forbidden, notFound } from './message.ts'
import { type FakeTree, type Node, nameOf } from './tree.ts'

export interface Transfer {
  /** Milliseconds since 1970. */
  lastUsed: number
  readonly chunks: Map<string, Buffer>
}

export interface Account {
  readonly user: string
  readonly tree: FakeTree
  readonly instance: string
  readonly flavour: 'owncloud' | 'nextcloud'
  readonly uploads: Map<string, Transfer>
  readonly fingerprint: () => string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Names it does not take. */
  readonly refuses: (name: string) => boolean
}

export function nodeAt(account: Account, path: string): Node {
  const node = account.tree.find(path)
  if (node === undefined) throw notFound(path)
  return node
}

export function checkName(account: Account, path: string): void {
  const name = nameOf(path)
  if (name === '') throw forbidden('The root cannot be replaced')
  if (Buffer.byteLength(name) > 250) throw badRequest('File name is too long')
  if (account.refuses(name)) {
    const reason = `"${name.replace(/&/g, '&amp;').replace(/</g, '&lt;')}" is a forbidden file or folder name.`
    const extra = `\n  <o:retry xmlns:o="o:">false</o:retry>\n  <o:reason xmlns:o="o:">${reason}</o:reason>`
    throw new DavFault(400, 'OCA\\DAV\\Connector\\Sabre\\Exception\\InvalidPath', 'File name is not allowed', extra)
  }
}
