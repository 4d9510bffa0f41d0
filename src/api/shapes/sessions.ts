// A browser's session: of an administrator, or of whoever runs the daemon.
import * as v from 'valibot'
import { type Shape, Time, text } from './shape.ts'

/** By name and password, or by the code of a link. */
export const SignIn = v.union([
  v.strictObject({ name: text(256, 1), password: text(1024, 1) }),
  v.strictObject({ code: text(200, 1) }),
])
export type SignIn = Shape<typeof SignIn>

export const SignedInSession = v.object({
  /** `owner`: whoever runs the daemon, let in by a link. */
  by: v.picklist(['account', 'owner']),
  /** Empty for the owner. */
  account: v.string(),
  displayName: v.string(),
  /** To be sent as `X-CSRF-Token` with every change. */
  csrfToken: v.string(),
})

/** Belongs behind `#` in the address of the page `/sign-in`: that part is sent to nobody. */
export const SignInLink = v.object({ code: v.string(), expiresAt: Time })
export type SignInLink = Shape<typeof SignInLink>
