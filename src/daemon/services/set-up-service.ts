// What is asked for while something is set up.
import type { SetUpService } from '../../api/service.ts'
import { listDirectories } from '../listings/directory-listing.ts'
import type { RemoteLogins } from './remote-logins.ts'
import type { ServiceParts } from './service-parts.ts'

export function setUpService({ config }: Pick<ServiceParts, 'config'>, logins: RemoteLogins): SetUpService {
  return {
    directories: path => listDirectories(path, config.current.folders),
    beginLogin: (draft, signal) => logins.begin(draft, signal),
    login: (id, signal) => logins.look(id, signal),
  }
}
