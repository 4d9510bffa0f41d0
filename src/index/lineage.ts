// What a path was before, by version, in a folder that is in a mesh: so that what lags behind is told from what is new.
import type { ContentId } from '../model/content.ts'
import type { Kind } from '../model/entry.ts'
import type { DeviceId, Version } from '../model/version.ts'

/** What is at a path as far as it can be told apart: of a file its bytes, of a link where it leads. */
export type What = string

export function whatIs(kind: Kind, inside: ContentId | string | undefined): What | undefined {
  if (kind === 'directory') return kind
  return inside === undefined ? undefined : `${kind} ${inside}`
}

/** The content of what was a file. */
export function contentIn(what: What): ContentId | undefined {
  return what.startsWith('file ') ? (what.slice('file '.length) as ContentId) : undefined
}

export const DELETED: What = 'deleted'

/** Ids of remotes that are meshes begin with it. */
export const MESH_PREFIX = 'mesh '

/** The setting that names the devices of the mesh, by their short ids, which have the folder on remotes too, as far as they said so. */
export const OTHER_BRIDGES = 'other-bridges'

export interface Lineage {
  /** Everything that the path is known to have been, under any version, up to now, here or on another device. */
  readonly all: readonly { readonly what: What; readonly version: Version }[]
  /** Who made what the path is here now, as far as another device has told of that; otherwise it was made here. */
  readonly madeBy: DeviceId | undefined
}
