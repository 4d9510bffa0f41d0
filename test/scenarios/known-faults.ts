// What the program still gets wrong, by cause. A story that ends well after all makes its test fail, so that it is taken off here.
import type { Bug } from './story.ts'

/** Nobody knows what is in a file of a remote directory without reading it, and nobody reads it before it is fetched. */
export const LOOKS_EDITED: Bug = {
  why: 'a new stamp of a file whose content the remote does not tell counts as an edit, also when only its name, time or mode changed',
  with: ['directory'],
  directions: ['back'],
}
export const LOOKS_EDITED_FORTH: Bug = { ...LOOKS_EDITED, directions: ['forth'] }
export const LOOKS_EDITED_BOTH: Bug = { why: LOOKS_EDITED.why, with: ['directory'] }
/** Small files that went up in bulk have no checksum on the server. */
export const LOOKS_EDITED_BULK: Bug = { why: LOOKS_EDITED.why, with: ['directory', 'nextcloud'], directions: ['back'] }

export const SWAP_HERE: Bug = {
  why: 'a scan takes two files that have swapped names for two edits, so both are sent',
  with: ['directory', 'nextcloud', 'owncloud'],
}

export const MOVED_BACK: Bug = {
  why: 'a file moved back into a directory that was renamed and made anew is fetched instead of moved',
  with: ['directory'],
  directions: ['back'],
}

export const CASE_UNKNOWN: Bug = {
  why: 'an ownCloud that does not tell letters apart is not found out: the second name is tried in every pass and every run, and the reason says that it kept changing',
  with: ['nextcloud', 'owncloud'],
}

export const ROOT_STATUS: Bug = {
  why: 'a root that cannot be listed ends the run with status 1 instead of 3: the error has the scope of an entry',
}

export const RIGHTS_FORGOTTEN: Bug = {
  why: 'what is permitted in a directory that is not listed again is forgotten, so every run tries what was refused before',
}

export const RENAME_DENIED: Bug = {
  why: 'a rename that is refused is only backed off: the old name is not restored, and has no reason of its own',
}

export const FAR_FUTURE: Bug = {
  why: 'times after the year 2262 do not fit the 64 bits in which workers send what they have seen of a file',
  with: ['directory'],
  directions: ['forth'],
}
