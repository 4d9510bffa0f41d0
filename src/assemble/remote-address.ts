// What the user typed for REMOTE, parsed. Nothing is looked up here.
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SyncError } from '../model/errors.ts'

export type RemoteAddress =
  | { readonly kind: 'directory'; readonly path: string }
  | {
      readonly kind: 'server'
      /** Without user, password, query and fragment. */
      readonly url: URL
      /** As given in the URL, decoded. */
      readonly user?: string
      readonly password?: string
    }

const SCHEMES: Readonly<Record<string, string>> = {
  'http:': 'http:',
  'https:': 'https:',
  'dav:': 'http:',
  'davs:': 'https:',
}

/** Throws `usage` for what is neither a path nor an address that this program knows. */
export function parseRemote(text: string): RemoteAddress {
  if (text === '') throw new SyncError('usage', 'REMOTE is empty. Give a path or the address of a server.')
  const scheme = /^([a-z][a-z0-9+.-]*:)\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) return { kind: 'directory', path: resolve(text) }
  if (scheme === 'file:') return { kind: 'directory', path: pathOfUrl(text) }
  const protocol = SCHEMES[scheme]
  if (protocol === undefined)
    throw new SyncError('usage', `'${scheme}//' is not known. Use a path, file://, http(s):// or dav(s)://.`)
  return serverAt(`${protocol}${text.slice(scheme.length)}`)
}

function serverAt(text: string): RemoteAddress {
  if (!URL.canParse(text)) throw new SyncError('usage', 'The address of the server is not valid.')
  const given = new URL(text)
  // Two slashes at the beginning would make a relative address name another host.
  const url = new URL(given.pathname.replace(/^\/+/, '/'), given.origin)
  return {
    kind: 'server',
    url,
    ...(given.username === '' ? {} : { user: decoded(given.username) }),
    ...(given.password === '' ? {} : { password: decoded(given.password) }),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new SyncError('usage', 'The user name or password in the address is not encoded as addresses are.')
  }
}

function pathOfUrl(text: string): string {
  try {
    return fileURLToPath(text)
  } catch {
    throw new SyncError('usage', 'A file:// address names a path of this machine: file:///home/me/Documents.')
  }
}
