// Who may come in: accounts, app passwords and grants.
import * as v from 'valibot'
import { Bytes, Id, type Shape, Time, text } from './shape.ts'

/** In any case and Unicode form. What names are allowed is for the accounts to say. */
export const AccountName = text(256, 1)

const Quota = v.union([Bytes, v.literal('unlimited')])
const Role = v.picklist(['user', 'admin'])
const Password = text(1024, 1)

export const Account = v.object({
  /** For ever, whatever becomes of the name. */
  id: v.string(),
  name: v.string(),
  displayName: v.string(),
  role: Role,
  quotaBytes: Quota,
  usedBytes: v.exactOptional(Bytes),
  isDisabled: v.boolean(),
  /** Without one, only app passwords let it in. */
  hasPassword: v.boolean(),
  createdAt: Time,
})
export type Account = Shape<typeof Account>

export const AccountDraft = v.strictObject({
  name: AccountName,
  password: v.exactOptional(Password),
  displayName: v.exactOptional(text(256, 1)),
  role: v.exactOptional(Role),
  quotaBytes: v.exactOptional(Quota),
})
export type AccountDraft = Shape<typeof AccountDraft>

/** A new password, and disabling, end every session. App passwords stay. */
export const AccountChange = v.strictObject({
  password: v.exactOptional(Password),
  displayName: v.exactOptional(text(256, 1)),
  role: v.exactOptional(Role),
  quotaBytes: v.exactOptional(Quota),
  isDisabled: v.exactOptional(v.boolean()),
})
export type AccountChange = Shape<typeof AccountChange>

export const AppPassword = v.object({
  id: v.string(),
  label: v.string(),
  createdAt: Time,
  /** Exact to an hour. */
  usedAt: v.exactOptional(Time),
})
export type AppPassword = Shape<typeof AppPassword>

export const AppPasswordDraft = v.strictObject({ label: text(256, 1) })

/** The only time that it is told. */
export const AppPasswordMade = v.object({ appPassword: AppPassword, password: v.string() })
export type AppPasswordMade = Shape<typeof AppPasswordMade>

const Rights = v.picklist(['read', 'write'])

/** A folder in the tree of an account. */
export const Grant = v.object({
  folder: Id,
  account: v.string(),
  rights: Rights,
  /** The name of the directory that it shows as. */
  mount: v.string(),
})
export type Grant = Shape<typeof Grant>

/** Without `mount`, it shows under the folder's label. */
export const GrantDraft = v.strictObject({
  folder: Id,
  account: AccountName,
  rights: Rights,
  mount: v.exactOptional(text(256, 1)),
})
export type GrantDraft = Shape<typeof GrantDraft>
