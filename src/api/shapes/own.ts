// What an account of the host sees of itself: its files, what was deleted, older versions, how much room there is.
import * as v from 'valibot'
import { Bytes, Count, PathText, type Shape, Time, text } from './shape.ts'

export const OwnSignIn = v.strictObject({ name: text(256, 1), password: text(1024, 1) })

export const OwnSession = v.object({
  account: v.string(),
  displayName: v.string(),
  /** Whether it may sign in to the administration as well. */
  role: v.picklist(['user', 'admin']),
  /** To be sent as `X-CSRF-Token` with every change. */
  csrfToken: v.string(),
})
export type OwnSession = Shape<typeof OwnSession>

export const OwnAccount = v.object({
  account: v.string(),
  displayName: v.string(),
  /** In the home; what lies in granted folders counts for nobody. */
  usedBytes: Bytes,
  quotaBytes: v.union([Bytes, v.literal('unlimited')]),
  /** At the top of the files. */
  folders: v.array(v.object({ name: v.string(), rights: v.picklist(['read', 'write']) })),
})
export type OwnAccount = Shape<typeof OwnAccount>

/** Every session of the account ends by this, but the one that it is answered with. */
export const PasswordChange = v.strictObject({ current: text(1024, 1), next: text(1024, 1) })

/** What may be done with an entry. `add`: put something into the directory. */
export const OwnRight = v.picklist(['write', 'remove', 'rename', 'add'])
export type OwnRight = Shape<typeof OwnRight>

export const OwnEntry = v.object({
  name: v.string(),
  path: v.string(),
  kind: v.picklist(['file', 'directory']),
  /** Of a directory: of everything below. */
  sizeBytes: Bytes,
  mtimeMs: v.number(),
  /** To be sent as `If-Match` by whoever changes what they saw. */
  etag: v.string(),
  rights: v.array(OwnRight),
  /** A folder that was granted. */
  isGranted: v.boolean(),
})
export type OwnEntry = Shape<typeof OwnEntry>

export const OwnPage = v.object({
  place: v.string(),
  items: v.array(OwnEntry),
  /** Where the first item is in the whole list, from 0. */
  from: Count,
  previous: v.exactOptional(v.string()),
  next: v.exactOptional(v.string()),
  total: Count,
  directories: Count,
  sizeBytes: Bytes,
  /** Of the directory itself. */
  rights: v.array(OwnRight),
})
export type OwnPage = Shape<typeof OwnPage>

export const OwnTrashPage = v.object({
  /** Newest first. */
  items: v.array(
    v.object({
      id: v.string(),
      /** Where it was. */
      path: v.string(),
      kind: v.picklist(['file', 'directory']),
      sizeBytes: Bytes,
      deletedAt: Time,
    }),
  ),
  next: v.exactOptional(v.string()),
})
export type OwnTrashPage = Shape<typeof OwnTrashPage>

export const TrashId = text(300, 1)

export const OwnVersions = v.object({
  path: v.string(),
  mayRestore: v.boolean(),
  /** Newest first, without what is there now. */
  versions: v.array(v.object({ version: v.string(), sizeBytes: Bytes, mtimeMs: v.number() })),
})
export type OwnVersions = Shape<typeof OwnVersions>

export const OwnVersionQuery = { path: PathText, version: text(100, 1) }
