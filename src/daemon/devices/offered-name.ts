// What the directory of a folder is called that another device offers: its words, as far as they can be a name.
import { oneLine } from './introductions.ts'

/** Of a name, so that a number still fits. */
const MOST_BYTES = 200

/** One name, no path, not hidden, for any file system. `label` and `id` are whatever the other device chose. */
export function directoryNameOf({ label, folder }: { readonly label: string; readonly folder: string }): string {
  return plain(label) || plain(folder) || 'folder'
}

function plain(text: string): string {
  const name = oneLine(text.normalize('NFC'))
    .replace(/[/\\:*?"<>|]+/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.~-]+|[\s.]+$/g, '')
  return shortened(name).trimEnd()
}

function shortened(name: string): string {
  let short = ''
  for (const letter of name) {
    if (Buffer.byteLength(short + letter) > MOST_BYTES) break
    short += letter
  }
  return short
}
