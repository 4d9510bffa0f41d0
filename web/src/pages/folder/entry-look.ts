// How an entry is shown: its icon, and its state as a word and a colour.
import type { BrowseEntry, EntryState } from '../../api/listing.svelte.ts'
import type { IconName } from '../../ui/icons.ts'
import type { Tone } from '../../ui/tone.ts'
import { words } from '../../words/words.ts'

interface Look {
  readonly word: string
  readonly tone: Tone
  readonly icon: IconName
}

const STATES: Readonly<Record<EntryState, Omit<Look, 'word'>>> = {
  'in-sync': { tone: 'good', icon: 'check' },
  waiting: { tone: 'busy', icon: 'clock' },
  syncing: { tone: 'busy', icon: 'sync' },
  unsynced: { tone: 'warn', icon: 'alert' },
  ignored: { tone: 'quiet', icon: 'hidden' },
}

export function lookOf(state: EntryState): Look {
  return { word: words.files.states[state], ...STATES[state] }
}

const BY_ENDING: readonly (readonly [RegExp, IconName])[] = [
  [/\.(png|jpe?g|gif|webp|avif|bmp|svg|heic|tiff?)$/i, 'image'],
  [/\.(mp3|flac|ogg|opus|wav|m4a|mp4|mkv|mov|webm|avi)$/i, 'media'],
  [/\.(zip|gz|xz|zst|bz2|7z|rar|tar)$/i, 'archive'],
]

export function iconOf({ kind, name }: Pick<BrowseEntry, 'kind' | 'name'>): IconName {
  if (kind === 'directory') return 'folder'
  if (kind === 'symlink') return 'link'
  return BY_ENDING.find(([ending]) => ending.test(name))?.[1] ?? 'file'
}
