// What several routes take.
import * as v from 'valibot'
import { Id, text } from '../shapes/shape.ts'

export const InFolder = v.object({ folder: Id })
export const InRemote = v.object({ folder: Id, remote: Id })

/** A whole number in a query string. */
export function queryNumber(min: number, max: number, otherwise: number) {
  return v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,16}$/), v.transform(Number), v.minValue(min), v.maxValue(max)),
    String(otherwise),
  )
}

/** How lists are asked for in pages. */
export const PageQuery = { after: v.exactOptional(text(8192)), limit: queryNumber(1, 1000, 200) }

export function pageOf({ after, limit }: { readonly after?: string | undefined; readonly limit: number }) {
  return { after, limit }
}

export const DONE = { ok: true } as const
