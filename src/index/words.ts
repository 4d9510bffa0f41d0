// How faults of an index are told.
import type { DatabaseWords } from '../platform/node/sqlite.ts'

export const INDEX_WORDS: DatabaseWords = {
  name: 'The index',
  mend: 'Run `syncline doctor` to set it aside and build it anew.',
}
