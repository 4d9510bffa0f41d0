// A side as people and other programs meet it, without the synchroniser.
import type { Deed } from './story.ts'

export type Shown =
  | { readonly kind: 'directory' }
  | { readonly kind: 'file'; readonly text: string; readonly mtimeNs: bigint; readonly mode: number }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'other' }

export interface Surface {
  /** Everything by path; the program's own state is left out. */
  list(): Map<string, Shown>
  /** The contents of the files at `path` and below; none where nothing is. */
  textsAt(path: string): string[]
  perform(deed: Deed): void
  /** The contents of everything that is kept apart from the tree: trash and revisions. */
  kept(): string[]
  /** Names of what an unfinished transfer has left behind. */
  leftovers(): string[]
}

/** The path whose contents somebody replaces or deletes with a deed. */
export function supersededBy(deed: Deed): string | undefined {
  switch (deed.do) {
    case 'write':
    case 'rewrite-unseen':
    case 'remove':
    case 'link':
      return deed.path
    case 'move':
    case 'copy':
      return deed.to
    default:
      return undefined
  }
}
