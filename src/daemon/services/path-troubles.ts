// What is wrong with paths of a folder, put together by cause: those that cannot be read here, and those that a remote has otherwise.
import type { Trouble } from '../../api/shapes/diagnosis.ts'
import type { ScanReport } from '../../scan/report.ts'
import type { Unsynced } from '../../sync/summary.ts'
import { adviceOn } from '../../words/advice.ts'

const SHOWN_PATHS = 20

export interface PathsInTrouble {
  readonly unreadable: ScanReport['unreadable']
  readonly remotes: readonly { readonly id: string; readonly unsynced: readonly Unsynced[] }[]
}

/** What cannot be read here is told once, and not by each remote. */
export function pathTroubles(folder: string, { unreadable, remotes }: PathsInTrouble): readonly Trouble[] {
  const here = unreadable.map(
    ({ place, reason, because = 'hold-unreadable' }): Unsynced => ({
      ...{ path: place, because },
      reason: `it cannot be read here: ${reason}`,
    }),
  )
  const told = new Set(here.map(keyOf))
  return [
    ...byCause({ folder }, here),
    ...remotes.flatMap(({ id, unsynced }) =>
      byCause(
        { folder, remote: id },
        unsynced.filter(item => !told.has(keyOf(item))),
      ),
    ),
  ]
}

/** What `told.cause` advises comes along; `id` are the words that make it this one. */
export function troubleOf(
  id: readonly string[],
  told: Pick<Trouble, 'severity' | 'cause' | 'sentence'> & Partial<Trouble>,
): Trouble {
  return { count: 0, paths: [], ...told, id: id.join(' '), advice: adviceOn(told.cause) }
}

function keyOf({ path, because }: Unsynced): string {
  return `${because} ${path}`
}

interface At {
  readonly folder: string
  readonly remote?: string
}

/** Those that have one cause are told together. */
function byCause(at: At, paths: readonly Unsynced[]): readonly Trouble[] {
  return [...grouped(paths)].map(([cause, items]) => {
    const severity = cause === 'hold-ignored' ? 'notice' : 'some'
    return {
      ...troubleOf([...Object.values(at), cause], { severity, cause, sentence: sentenceOn(items), ...at }),
      paths: items.slice(0, SHOWN_PATHS).map(({ because: _, path, ...item }) => ({ path: named(path), ...item })),
      count: items.length,
    }
  })
}

function sentenceOn(items: readonly Unsynced[]): string {
  const [first] = items
  if (first === undefined) return ''
  return items.length === 1 ? `'${named(first.path)}': ${first.reason}` : `${items.length} paths: ${first.reason}`
}

/** The folder itself has no name. */
function named(path: Unsynced['path']): string {
  return path === '' ? '.' : path
}

function grouped(items: readonly Unsynced[]): ReadonlyMap<string, readonly Unsynced[]> {
  const groups = new Map<string, Unsynced[]>()
  for (const item of items) {
    const group = groups.get(item.because)
    if (group === undefined) groups.set(item.because, [item])
    else group.push(item)
  }
  return groups
}
