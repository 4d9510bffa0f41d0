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
  perform(deed: Deed): void
  /** The contents of everything that is kept apart from the tree: trash and revisions. */
  kept(): string[]
  /** Names of what an unfinished transfer has left behind. */
  leftovers(): string[]
}

/** The contents of the files at `path` and below. */
export function textsAt(shown: ReadonlyMap<string, Shown>, path: string): string[] {
  return [...shown].flatMap(([other, spot]) =>
    spot.kind === 'file' && (other === path || other.startsWith(`${path}/`)) ? [spot.text] : [],
  )
}

/** What somebody who sees `shown` replaces or deletes with a deed. */
export function supersededBy(deed: Deed, shown: ReadonlyMap<string, Shown>): string[] {
  switch (deed.do) {
    case 'write':
    case 'rewrite-unseen':
    case 'remove':
    case 'link':
      return textsAt(shown, deed.path)
    case 'move':
    case 'copy':
      return textsAt(shown, deed.to)
    default:
      return []
  }
}
