// If-Match, If-None-Match and the tagged list of If, as sabre checks them before any method runs.
import { type Call, preconditionFailed } from './message.ts'
import type { Node } from './tree.ts'

/** Throws 412 unless the conditions of `call` hold for `node`, what is at its path now. Etags of collections are not looked at. */
export function checkPreconditions(call: Call, node: Node | undefined): void {
  const match = call.headers['if-match']
  if (match !== undefined && !isMet(match, node))
    throw preconditionFailed('An If-Match header was specified, but none of the specified the ETags matched.')
  const none = call.headers['if-none-match']
  if (none !== undefined && node !== undefined && names(none, node))
    throw preconditionFailed('An If-None-Match header was specified, but the ETag matched (or * was specified).')
}

function isMet(header: string, node: Node | undefined): boolean {
  if (node === undefined) return false
  return node.bytes === undefined || names(header, node)
}

function names(header: string, node: Node): boolean {
  if (header.trim() === '*') return true
  return header.split(',').some(part => part.trim() === `"${node.etag}"`)
}

/** `If: </path> (["etag"])`: throws 412 when a tagged etag is not that of the node which `find` has at that URL. */
export function checkTaggedList(header: string | undefined, find: (urlPath: string) => Node | undefined): void {
  if (header === undefined) return
  const tagged = /<([^>]*)>\s*\(\s*\[\s*("[^"]*")\s*\]\s*\)/g
  for (const [, url = '', etag] of header.matchAll(tagged)) {
    const node = find(url)
    if (node === undefined || `"${node.etag}"` !== etag)
      throw preconditionFailed('An If header was specified, but none of the specified conditions matched.')
  }
}
