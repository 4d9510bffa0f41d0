// The past of the fake service: what a test put into the trash of its folders.
import { ApiError } from '../../src/api/errors.ts'
import type { HistoryService, HistorySettingsService } from '../../src/api/file-services.ts'
import type { HistorySettings } from '../../src/api/shapes/history-settings.ts'
import type { Revision } from '../../src/api/shapes/revisions.ts'

/** `revisionsOf` throws `not-found` for a folder that is not there. */
export function fakeHistory(revisionsOf: (folder: string) => readonly Revision[]): HistoryService {
  const find = (folder: string, revision: string) => {
    const found = revisionsOf(folder).find(({ id }) => id === revision)
    if (found === undefined) throw new ApiError('not-found', 'That version is not kept any more.')
    return found
  }
  return {
    file: async (folder, path) => ({
      path,
      versions: revisionsOf(folder)
        .filter(each => each.path === path)
        .map(({ id, ...rest }) => ({ revision: id, store: 'trash', ...rest })),
    }),
    open: async (folder, path, revision) => {
      const { mtimeMs } = find(folder, revision)
      return {
        ...{ name: path, sizeBytes: 3, mtimeMs, etag: 'older' },
        bytes: async function* () {
          yield Buffer.from('old')
        },
      }
    },
    restore: async (folder, path, revision) => ({
      restored: [{ path, keptAt: find(folder, revision).keptAt }],
      failed: [],
    }),
    preview: async (folder, { at, place }) => {
      const items = revisionsOf(folder).map(({ id, path, sizeBytes, mtimeMs, keptAt }) => ({
        ...{ path, change: 'bring-back' as const, revision: id, sizeBytes, mtimeMs, keptAt },
      }))
      const counts = { bringBack: items.length, replace: 0, remove: 0, moveBack: 0, bytes: 0 }
      return { at, place, counts, items, remarks: [] }
    },
    restorePast: async (folder, { at }) => {
      const none = { replaced: 0, removed: 0, movedBack: 0, failed: [] }
      return { broughtBack: revisionsOf(folder).length, ...none, undoAt: at }
    },
    changes: async folder => ({
      items: revisionsOf(folder).map(({ path, keptAt }, id) => ({
        ...{ id, at: keptAt, what: 'deleted', path, by: { kind: 'here', label: path }, canUndo: true },
      })),
    }),
    undo: async (folder, change) => {
      const found = revisionsOf(folder)[change]
      if (found === undefined) throw new ApiError('not-found', 'That change is not on record any more.')
      return { path: found.path, did: 'restored' }
    },
  }
}

/** The same for all folders. */
export function fakeHistorySettings(revisionsOf: (folder: string) => readonly Revision[]): HistorySettingsService {
  let settings: HistorySettings = { strategy: 'all', maxDays: 'for-ever', spareBytes: 0, git: 'off' }
  return {
    read: async folder => {
      const kept = revisionsOf(folder)
      return {
        settings,
        kept: { versions: kept.length, sizeBytes: kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) },
      }
    },
    change: async (folder, change) => {
      revisionsOf(folder)
      settings = { ...settings, ...change }
      return settings
    },
    tidy: async folder => {
      revisionsOf(folder)
      return { removed: 0, removedBytes: 0 }
    },
  }
}
