// The browser interface as it is served: a few files, all held in memory, and nothing else of the disk.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'
import { checkHost } from '../api/origin.ts'
import { PAGE_HEADERS } from './headers.ts'
import { mediaTypeOf } from './media-type.ts'

export interface Site {
  /** Answers a GET or HEAD of a file or a page; false when there is nothing of that name. */
  answer(request: IncomingMessage, response: ServerResponse): boolean
}

interface SiteFile {
  readonly type: string
  readonly etag: string
  /** Its name changes with its content. */
  readonly isHashed: boolean
  readonly plain: Buffer
  /** Undefined where packing makes it hardly smaller. */
  readonly packed: () => Buffer | undefined
}

export interface SiteOptions {
  /** Where `index.html` is; by default beside the program. */
  readonly folder?: string | undefined
  /** Names, besides `localhost` and addresses, that requests may be made to. Asked for with every request. */
  readonly hostNames: () => readonly string[]
}

/** Undefined where the interface was not built. */
export function openSite({ folder = builtFolder(), hostNames }: SiteOptions): Site | undefined {
  if (folder === undefined || !existsSync(join(folder, 'index.html'))) return undefined
  const files = new Map<string, SiteFile>()
  // Read when the first browser comes: most starts of the daemon are seen by none.
  const load = () => {
    if (files.size === 0) for (const [name, file] of readFiles(folder)) files.set(name, file)
  }
  return {
    answer(request, response) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return false
      load()
      const path = (request.url ?? '/').split(/[?#]/, 1)[0] ?? '/'
      const file = files.get(path) ?? (isPage(path, request) ? files.get('/index.html') : undefined)
      if (file === undefined) return false
      if (isForUs(request, hostNames())) send(file, request, response)
      else response.writeHead(403, PAGE_HEADERS).end()
      return true
    },
  }
}

/** Where an address of the interface is opened or loaded again; its script finds the page. */
function isPage(path: string, { headers }: IncomingMessage): boolean {
  if (path === '/') return true
  const wantsPage = headers['sec-fetch-dest'] === 'document' || (headers.accept ?? '').includes('text/html')
  return wantsPage && /^(\/[\w.~%+-]+)+\/?$/.test(path) && !path.startsWith('/assets/')
}

function isForUs({ headers }: IncomingMessage, names: readonly string[]): boolean {
  try {
    checkHost(headers, names)
    return true
  } catch {
    return false
  }
}

function send(file: SiteFile, request: IncomingMessage, response: ServerResponse): void {
  const packed = /\bbr\b/.test(String(request.headers['accept-encoding'] ?? '')) ? file.packed() : undefined
  const body = packed ?? file.plain
  const headers = {
    ...PAGE_HEADERS,
    'content-type': file.type,
    // The page itself is asked for each time, so that after an update nobody is left with names that are gone.
    'cache-control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: file.etag,
    vary: 'accept-encoding',
  }
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304, headers).end()
    return
  }
  response.writeHead(200, {
    ...headers,
    'content-length': body.length,
    ...(packed !== undefined ? { 'content-encoding': 'br' } : {}),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function readFiles(folder: string): Map<string, SiteFile> {
  const files = new Map<string, SiteFile>()
  for (const found of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!found.isFile()) continue
    const path = join(found.parentPath, found.name)
    const name = `/${relative(folder, path).split(sep).join('/')}`
    files.set(name, readSiteFile(name, path))
  }
  return files
}

function readSiteFile(name: string, path: string): SiteFile {
  const plain = readFileSync(path)
  return {
    type: mediaTypeOf(name),
    etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 27)}"`,
    isHashed: name.startsWith('/assets/'),
    plain,
    packed: once(() => packedOf(plain)),
  }
}

function packedOf(plain: Buffer): Buffer | undefined {
  const packed = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } })
  return packed.length < plain.length * 0.9 ? packed : undefined
}

/** The first page waits for no other file to be packed. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** `dist/web`: beside the built program, or from its sources. */
function builtFolder(): string | undefined {
  const candidates = ['../web/', '../../dist/web/'].map(each => fileURLToPath(new URL(each, import.meta.url)))
  return candidates.find(each => existsSync(`${each}index.html`))
}
