// Remotes of a folder: how they are set up, and what was found out about them.
import * as v from 'valibot'
import { Id, Sentence, type Shape, Time, text } from './shape.ts'

export const Remote = v.object({
  id: Id,
  /** Without user and password. */
  address: v.string(),
  user: v.exactOptional(v.string()),
  /** `directory`, `webdav`, `owncloud` …: known once it was reached. */
  kind: v.exactOptional(v.string()),
  /** For people. */
  label: v.string(),
  isPaused: v.boolean(),
  /** The one certificate that is trusted, `sha256:…`. */
  trustCert: v.exactOptional(v.string()),
  /** How often it is looked at where it cannot tell of changes. */
  pollSeconds: v.number(),
})
export type Remote = Shape<typeof Remote>

/** What is needed to reach one. A password in the address is refused. */
export const RemoteDraft = v.strictObject({
  address: text(4096, 1),
  id: v.exactOptional(Id),
  user: v.exactOptional(text(256, 1)),
  /** Kept in a file of its own that only this user can read; never told again. */
  password: v.exactOptional(text(1024, 1)),
  trustCert: v.exactOptional(text(200, 1)),
  /** In place of user and password: a sign-in by browser that was granted. */
  login: v.exactOptional(text(200, 1)),
})
export type RemoteDraft = Shape<typeof RemoteDraft>

/** What a first contact told. */
export const RemoteFound = v.object({
  kind: v.string(),
  /** `Nextcloud 31.0.2 at cloud.example.org`. */
  label: v.string(),
  /** One sentence each about what works well there, or doesn't. */
  remarks: v.array(Sentence),
  /** Whether something is in it already: the first run merges then. */
  isEmpty: v.exactOptional(v.boolean()),
  foundAt: Time,
})
export type RemoteFound = Shape<typeof RemoteFound>

export const RemoteAdded = v.object({ remote: Remote, found: RemoteFound })
export type RemoteAdded = Shape<typeof RemoteAdded>

export const RemoteChange = v.strictObject({
  user: v.exactOptional(text(256, 1)),
  password: v.exactOptional(text(1024, 1)),
  trustCert: v.exactOptional(text(200, 1)),
  pollSeconds: v.exactOptional(v.pipe(v.number(), v.minValue(1), v.maxValue(86_400))),
})
export type RemoteChange = Shape<typeof RemoteChange>
