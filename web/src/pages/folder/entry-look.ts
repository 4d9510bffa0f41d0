// How the state of an entry is shown: as a word and a colour.

import type { IconName } from '../../ui/icons.ts'
import type { Tone } from '../../ui/tone.ts'
import { words } from '../../words/words.ts'
import type { EntryState } from './browse-entry.ts'

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
