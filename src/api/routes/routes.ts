// Every route that is one call of the service.
import type { Route } from '../route.ts'
import { ACCOUNT_ROUTES } from './accounts.ts'
import { BROWSE_ROUTES } from './browse.ts'
import { CONFLICT_ROUTES } from './conflicts.ts'
import { CONTENT_ROUTES } from './content.ts'
import { DAEMON_ROUTES } from './daemon.ts'
import { DEVICE_ROUTES } from './devices.ts'
import { DIAGNOSIS_ROUTES } from './diagnosis.ts'
import { FOLDER_ROUTES } from './folders.ts'
import { HISTORY_ROUTES } from './history.ts'
import { HISTORY_SETTINGS_ROUTES } from './history-settings.ts'
import { IGNORE_ROUTES } from './ignore.ts'
import { LIMIT_ROUTES } from './limits.ts'
import { PATH_ROUTES } from './paths.ts'
import { REMOTE_ROUTES } from './remotes.ts'
import { REVISION_ROUTES } from './revisions.ts'
import { SELECTION_ROUTES } from './selection.ts'
import { SET_UP_ROUTES } from './set-up.ts'

export const ROUTES: readonly Route[] = [
  ...DAEMON_ROUTES,
  ...DIAGNOSIS_ROUTES,
  ...FOLDER_ROUTES,
  ...REMOTE_ROUTES,
  ...SET_UP_ROUTES,
  ...LIMIT_ROUTES,
  ...DEVICE_ROUTES,
  ...BROWSE_ROUTES,
  ...CONTENT_ROUTES,
  ...CONFLICT_ROUTES,
  ...HISTORY_ROUTES,
  ...HISTORY_SETTINGS_ROUTES,
  ...PATH_ROUTES,
  ...REVISION_ROUTES,
  ...IGNORE_ROUTES,
  ...SELECTION_ROUTES,
  ...ACCOUNT_ROUTES,
]
