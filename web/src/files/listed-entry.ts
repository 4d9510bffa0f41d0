// What every list of files shows of an entry, wherever it comes from.
import type { IconName } from '../ui/icons.ts'

export interface ListedEntry {
  readonly name: string
  readonly path: string
  readonly kind: 'file' | 'directory' | 'symlink' | 'blocked'
  readonly sizeBytes?: number
  readonly mtimeMs?: number
}

const BY_ENDING: readonly (readonly [RegExp, IconName])[] = [
  [/\.(png|jpe?g|gif|webp|avif|bmp|svg|heic|tiff?)$/i, 'image'],
  [/\.(mp3|flac|ogg|opus|wav|m4a|mp4|mkv|mov|webm|avi)$/i, 'media'],
  [/\.(zip|gz|xz|zst|bz2|7z|rar|tar)$/i, 'archive'],
]

export function iconOf({ kind, name }: Pick<ListedEntry, 'kind' | 'name'>): IconName {
  if (kind === 'directory') return 'folder'
  if (kind === 'symlink') return 'link'
  return BY_ENDING.find(([ending]) => ending.test(name))?.[1] ?? 'file'
}

/** What a list shows of an earlier version. */
export interface ListedVersion {
  readonly id: string
  readonly mtimeMs: number
  readonly sizeBytes: number
  /** What is said of it besides. */
  readonly about?: string
}
