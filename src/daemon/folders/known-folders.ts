// Which folders were open here before: so that an empty mount point, or another directory, is not taken for one of them.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SyncError } from '../../model/errors.ts'
import type { Database } from '../../platform/node/sqlite.ts'
import { codeOf } from '../../platform/tree.ts'
import { MARKER } from '../../sync/marker.ts'
import type { FolderConfig } from '../config/config.ts'

const SYNCTHING_MARKER = '.stfolder'

type Named = Pick<FolderConfig, 'id' | 'path'>

export interface KnownFolders {
  marker(id: string, path: string): string | undefined
  remember(folder: Named, marker: string): void
  forget(id: string): void
  /** Throws `folder-unusable` when what is at the path is not the folder that was open there. */
  check(folder: Named): void
}

export function knownFolders(database: Database): KnownFolders {
  const marker = (id: string, path: string) =>
    database.get('SELECT marker FROM folders WHERE id = ? AND path = ?', id, path)?.[0] as string | undefined
  return {
    marker,
    remember: ({ id, path }, found) => {
      if (marker(id, path) !== found) database.run('INSERT OR REPLACE INTO folders VALUES (?, ?, ?)', id, path, found)
    },
    forget: id => database.run('DELETE FROM folders WHERE id = ?', id),
    check: ({ id, path }) => {
      const known = marker(id, path)
      if (known === undefined) return
      const found = readMarkerAt(path)
      // Whoever lost our own marker still has that of Syncthing: it is no empty mount point, and merged as if for the first time.
      if (found === undefined && isDirectory(join(path, SYNCTHING_MARKER))) return
      if (found !== known) throw otherFolder(path, found)
    },
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function readMarkerAt(path: string): string | undefined {
  try {
    return readFileSync(join(path, MARKER), 'utf8').trim()
  } catch (error) {
    if (codeOf(error) === undefined) throw error
    return undefined
  }
}

function otherFolder(path: string, found: string | undefined): SyncError {
  const what =
    found === undefined
      ? `The folder '${path}' is not there, or has lost its marker (${MARKER})`
      : `At '${path}' there is another folder than before (see ${MARKER})`
  return new SyncError(
    'folder-unusable',
    `${what}. Nothing was changed or deleted anywhere. If it is on a disk or share, connect that: it is taken up again by itself. If this is what you want, remove the folder from the daemon and add it again.`,
  )
}
