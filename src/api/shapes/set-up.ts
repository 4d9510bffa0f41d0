// What is asked for while something is set up: directories of this machine to choose from, and sign-ins at servers.
import * as v from 'valibot'
import { Id, type Shape, Time, text } from './shape.ts'

export const DirectoryEntry = v.object({
  name: v.string(),
  /** Absolute. */
  path: v.string(),
  /** Of programs rather than people: begins with a dot. */
  isHidden: v.boolean(),
  /** The folder of the daemon that is there. */
  folder: v.exactOptional(Id),
})

/** Names of directories only: no files, nothing of what is in them. */
export const DirectoryListing = v.object({
  path: v.string(),
  /** Absent at the top. */
  parent: v.exactOptional(v.string()),
  home: v.string(),
  directories: v.array(DirectoryEntry),
  /** There are more than are told. */
  isCut: v.boolean(),
})
export type DirectoryListing = Shape<typeof DirectoryListing>

/** A server whose page the browser opens, so that the user's password does not come here. */
export const RemoteLoginDraft = v.strictObject({
  address: text(4096, 1),
  trustCert: v.exactOptional(text(200, 1)),
})
export type RemoteLoginDraft = Shape<typeof RemoteLoginDraft>

export const RemoteLogin = v.object({
  /** To be given as `login` of a remote, once it is granted. */
  id: v.string(),
  /** The page of the server. */
  page: v.string(),
  state: v.picklist(['waiting', 'granted']),
  /** Known once it is granted. */
  user: v.exactOptional(v.string()),
  expiresAt: Time,
})
export type RemoteLogin = Shape<typeof RemoteLogin>
