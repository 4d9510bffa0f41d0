// Who may come in: accounts, app passwords and grants.
import * as v from 'valibot'
import { Bytes, Id, type Shape, Time, text } from './shape.ts'

/** What an account is called: it never changes, and names are compared without case. */
export const AccountName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}$/))

const Quota = v.union([Bytes, v.literal('unlimited')])
const Password = text(1024, 1)

export const Account = v.object({
  name: AccountName,
  displayName: text(256),
  role: v.picklist(['user', 'admin']),
  quotaBytes: Quota,
  usedBytes: v.exactOptional(Bytes),
  createdAt: Time,
  lastLoginAt: v.exactOptional(Time),
})
export type Account = Shape<typeof Account>

export const AccountDraft = v.strictObject({
  name: AccountName,
  password: Password,
  displayName: v.exactOptional(text(256, 1)),
  role: v.exactOptional(v.picklist(['user', 'admin'])),
  quotaBytes: v.exactOptional(Quota),
})
export type AccountDraft = Shape<typeof AccountDraft>

/** A new password ends every session; app passwords stay unless `revoke` says so. */
export const AccountChange = v.strictObject({
  password: v.exactOptional(Password),
  displayName: v.exactOptional(text(256, 1)),
  quotaBytes: v.exactOptional(Quota),
  revoke: v.exactOptional(v.literal('app-passwords')),
})
export type AccountChange = Shape<typeof AccountChange>

export const AppPassword = v.object({
  id: text(200, 1),
  label: text(256),
  createdAt: Time,
  lastUsedAt: v.exactOptional(Time),
})
export type AppPassword = Shape<typeof AppPassword>

export const AppPasswordDraft = v.strictObject({ label: text(256, 1) })

/** The only time that it is told. */
export const AppPasswordMade = v.object({ appPassword: AppPassword, password: text(200, 1) })
export type AppPasswordMade = Shape<typeof AppPasswordMade>

/** A folder in the tree of an account. */
export const Grant = v.object({
  folder: Id,
  account: AccountName,
  access: v.picklist(['read', 'write']),
  /** The name of the directory it shows as. */
  mountName: text(256, 1),
})
export type Grant = Shape<typeof Grant>

export const GrantDraft = v.strictObject({
  folder: Id,
  account: AccountName,
  access: v.picklist(['read', 'write']),
  mountName: v.exactOptional(text(256, 1)),
})
export type GrantDraft = Shape<typeof GrantDraft>
