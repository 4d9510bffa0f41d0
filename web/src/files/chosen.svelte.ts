// Which entries of a list somebody has chosen, to do the same with all of them.
import type { ListedEntry } from './listed-entry.ts'

export class Chosen<E extends ListedEntry> {
  /** By path. */
  entries: ReadonlyMap<string, E> = $state.raw(new Map())

  choose(entries: readonly E[], how: 'toggle' | 'add'): void {
    const next = new Map(this.entries)
    for (const entry of entries) {
      if (how === 'toggle' && next.has(entry.path)) next.delete(entry.path)
      else next.set(entry.path, entry)
    }
    this.entries = next
  }

  /** These are gone. */
  drop(entries: readonly E[]): void {
    this.entries = new Map([...this.entries].filter(([path]) => !entries.some(entry => entry.path === path)))
  }

  clear(): void {
    this.entries = new Map()
  }
}
