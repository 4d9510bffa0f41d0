// MKCOL, DELETE, MOVE and COPY in the files tree.
import { type Account, checkName, nodeAt } from './account.ts'
import {
  badRequest,
  DavFault,
  demand,
  etagHeaders,
  forbidden,
  ocId,
  preconditionFailed,
  type Reply,
} from './message.ts'
import { type Node, nameOf, parentOf, pathOf } from './tree.ts'

export function mkcol(account: Account, path: string): Reply {
  if (account.tree.find(path) !== undefined)
    throw new DavFault(
      405,
      'Sabre\\DAV\\Exception\\MethodNotAllowed',
      'The resource you tried to create already exists',
    )
  checkName(account, path)
  const parent = parentFor(account, path)
  demand(account.tree, parent, 'K', 'create this folder')
  return { status: 201, headers: { 'OC-FileId': ocId(account.tree.mkdir(path), account.instance) } }
}

export function remove(account: Account, path: string): Reply {
  const node = nodeAt(account, path)
  demand(account.tree, node, 'D', 'delete this resource')
  account.tree.remove(path)
  return { status: 204 }
}

export function move(account: Account, from: string, to: string, overwrite: string | undefined): Reply {
  const node = nodeAt(account, from)
  const target = account.tree.find(to)
  checkName(account, to)
  checkMove(account, node, from, to, overwrite)
  const replaces = target !== undefined && target !== node
  if (replaces) account.tree.remove(to)
  account.tree.move(from, to)
  const headers = { 'OC-FileId': ocId(node, account.instance), ...(node.bytes === undefined ? {} : etagHeaders(node)) }
  return { status: replaces ? 204 : 201, headers }
}

export function copy(account: Account, from: string, to: string, overwrite: string | undefined): Reply {
  const node = nodeAt(account, from)
  const target = account.tree.find(to)
  checkName(account, to)
  if (target !== undefined && overwrite === 'F') throw preconditionFailed('The destination node already exists')
  demand(account.tree, parentFor(account, to), 'C', 'create this file')
  if (target !== undefined) account.tree.remove(to)
  copyNode(account, node, to)
  return { status: target === undefined ? 201 : 204 }
}

/** Refuses a move that sabre or the rights of the user forbid. */
function checkMove(account: Account, node: Node, from: string, to: string, overwrite: string | undefined): void {
  const target = account.tree.find(to)
  if (target !== undefined && target !== node) {
    if (overwrite === 'F')
      throw preconditionFailed('The destination node already exists, and the overwrite header is set to false')
    demand(account.tree, target, 'D', 'replace the destination')
  }
  if (`${to}/`.startsWith(`${from}/`) && to !== from) throw forbidden('A folder cannot be moved into itself')
  const parent = parentFor(account, to)
  if (parent === node.parent) demand(account.tree, node, 'N', 'rename this resource')
  else {
    demand(account.tree, node, 'V', 'move this resource')
    demand(account.tree, parent, node.bytes === undefined ? 'K' : 'C', 'create it in the destination')
  }
}

function parentFor(account: Account, path: string): Node {
  const parent = account.tree.find(parentOf(path))
  if (parent === undefined || parent.bytes !== undefined)
    throw new DavFault(409, 'Sabre\\DAV\\Exception\\Conflict', 'Parent node does not exist')
  return parent
}

function copyNode(account: Account, node: Node, to: string): void {
  if (pathOf(node) === to) throw badRequest('Source and destination are the same')
  if (node.bytes !== undefined) account.tree.put(to, node.bytes, { mtime: node.mtime, sums: node.sums })
  else account.tree.mkdir(to)
  for (const child of node.children.values()) copyNode(account, child, `${to}/${nameOf(child.name)}`)
}
