// What is in a file, as far as a page can show it: pictures that hold no scripts, and texts.
import { open, urlOf } from './call.ts'

export type FileLook =
  /** `url` is to be revoked when it is not shown any more. */
  | { readonly kind: 'image'; readonly url: string }
  | { readonly kind: 'text'; readonly text: string; readonly isCut: boolean }
  | { readonly kind: 'other' }
  | { readonly kind: 'large' }

export interface LookedAt {
  /** Undefined: of one's own files. */
  readonly folder: string | undefined
  readonly path: string
  readonly sizeBytes: number
  /** An older version, in place of what is there now. */
  readonly revision?: string | undefined
}

const PICTURES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
}

const LARGEST_PICTURE = 30_000_000
/** So much of a text is shown where only its beginning is. */
const BEGINNING = 64 * 1024

/** `whole`: a text in full, as far as `most` allows. Throws `CallFault`, or the reason of the signal. */
export async function lookInto(at: LookedAt, signal: AbortSignal): Promise<FileLook> {
  const type = PICTURES[endingOf(at.path)]
  if (type === undefined) return textIn(at, BEGINNING, signal)
  if (at.sizeBytes > LARGEST_PICTURE) return { kind: 'large' }
  const bytes = await (await openFile(at, signal)).blob()
  return { kind: 'image', url: URL.createObjectURL(bytes.slice(0, bytes.size, type)) }
}

export function isPicture(path: string): boolean {
  return endingOf(path) in PICTURES
}

/** Up to `most` bytes. What is no text is `other`. */
export async function textIn(at: LookedAt, most: number, signal: AbortSignal): Promise<FileLook> {
  const isCut = at.sizeBytes > most
  const range = isCut ? { headers: { range: `bytes=0-${most - 1}` } } : {}
  const bytes = new Uint8Array(await (await openFile(at, signal, range)).arrayBuffer())
  const text = textOf(bytes, isCut)
  return text === undefined ? { kind: 'other' } : { kind: 'text', text, isCut }
}

function openFile(at: LookedAt, signal: AbortSignal, init: RequestInit = {}) {
  return open(addressOf(at).replace(/^\/api\/v1/, ''), { ...init, signal })
}

function addressOf({ folder, path, revision }: LookedAt): string {
  if (folder === undefined) return urlOf('/me/content', {}, { path })
  if (revision === undefined) return urlOf('/folders/{folder}/content', { folder }, { path })
  return urlOf('/folders/{folder}/history/content', { folder }, { path, revision })
}

/** Undefined for bytes that are no text. What was cut may end within a letter. */
function textOf(bytes: Uint8Array, isCut: boolean): string | undefined {
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut })
  } catch {
    return undefined
  }
}

function endingOf(path: string): string {
  return path.split('.').at(-1)?.toLowerCase() ?? ''
}
