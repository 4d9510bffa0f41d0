// An administrator's session in a browser.
import * as v from 'valibot'
import { type Shape, text } from './shape.ts'

export const SignIn = v.strictObject({ name: text(256, 1), password: text(1024, 1) })

export const SignedInSession = v.object({
  account: v.string(),
  displayName: v.string(),
  /** To be sent as `X-CSRF-Token` with every change. */
  csrfToken: v.string(),
})
export type SignedInSession = Shape<typeof SignedInSession>
