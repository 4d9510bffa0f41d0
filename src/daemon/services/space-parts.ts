// What those parts of the service work with that change files.
import type { FolderSpaces } from '../host/folder-spaces.ts'
import type { ServiceParts } from './service-parts.ts'

export interface SpaceParts extends ServiceParts {
  readonly spaces: Pick<FolderSpaces, 'forOwner'>
}
