// How folders keep older versions: told, set, and made room by.
import { ApiError } from '../../api/errors.ts'
import type { HistorySettingsService } from '../../api/file-services.ts'
import type { HistoryChange, HistorySettings, HistoryState } from '../../api/shapes/history-settings.ts'
import type { FolderConfig, TrashConfig } from '../config/config.ts'
import { tidyHistory } from '../folders/tidy-history.ts'
import { folderConfigOf, loopOf, type ServiceParts, sessionOf } from './service-parts.ts'

const DAY_MS = 86_400_000
const USUAL_VERSIONS = 10

export function historySettingsService(parts: ServiceParts): HistorySettingsService {
  const read = async (folder: string): Promise<HistoryState> => {
    const settings = settingsOf(folderConfigOf(parts, folder))
    const { session } = loopOf(parts, folder)
    if (session === undefined) return { settings }
    await session.past.catalogue.refresh()
    const { versions, bytes, oldestAt } = session.past.catalogue.totals()
    const told = await session.git?.told()
    return {
      settings,
      kept: { versions, sizeBytes: bytes, ...(oldestAt === undefined ? {} : { oldestAt }) },
      ...(told === undefined ? {} : { git: told }),
    }
  }
  return {
    read,
    change: async (folder, change) => {
      const config = folderConfigOf(parts, folder)
      const gitHistory = change.git === undefined ? {} : { gitHistory: change.git }
      await parts.config.change(draft =>
        draft.putFolder(folder, { trash: trashOf(change, config.trash), ...gitHistory }),
      )
      await parts.apply()
      parts.history.add({ type: 'folder', folder, what: 'changed' })
      return settingsOf(folderConfigOf(parts, folder))
    },
    tidy: async folder => {
      const { past, local } = sessionOf(parts, folder)
      const { trash } = folderConfigOf(parts, folder)
      const { revisions } = local.folder
      const now = parts.world.clock.now()
      const { removed, bytes } = await tidyHistory(trash, { revisions, catalogue: past.catalogue, now })
      return { removed, removedBytes: bytes }
    },
  }
}

function settingsOf({ trash, gitHistory }: FolderConfig): HistorySettings {
  const { versions, keepMs, spareBytes } = trash
  return {
    strategy: typeof versions === 'number' ? 'newest' : versions,
    ...(typeof versions === 'number' ? { versions } : {}),
    maxDays: keepMs === 'for-ever' ? keepMs : keepMs / DAY_MS,
    spareBytes,
    git: gitHistory,
  }
}

function trashOf({ strategy, versions, maxDays, spareBytes }: HistoryChange, trash: TrashConfig): TrashConfig {
  const before = typeof trash.versions === 'number' ? trash.versions : undefined
  const wanted = strategy ?? (before === undefined ? trash.versions : 'newest')
  if (versions !== undefined && wanted !== 'newest')
    throw new ApiError('invalid', "'versions' says how many are kept with the strategy 'newest'.")
  return {
    ...trash,
    versions: wanted === 'newest' ? (versions ?? before ?? USUAL_VERSIONS) : (wanted as 'all' | 'staggered'),
    ...(maxDays === undefined ? {} : { keepMs: maxDays === 'for-ever' ? maxDays : maxDays * DAY_MS }),
    ...(spareBytes === undefined ? {} : { spareBytes }),
  }
}
