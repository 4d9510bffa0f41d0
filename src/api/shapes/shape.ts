// What shapes are made of. The types of the API, its checks of requests and its OpenAPI description all come from the shapes.
import * as v from 'valibot'

/** What a schema describes, as nobody may change it. */
export type Shape<S extends v.GenericSchema> = DeepReadonly<v.InferOutput<S>>

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T

/** Text from a client: never without a cap. Text in answers has none: what others call themselves must not make an answer fail. */
export function text(maxLength: number, minLength = 0) {
  return v.pipe(v.string(), v.minLength(minLength), v.maxLength(maxLength))
}

/** What identifies a folder, or a remote within its folder: letters, digits, '.', '_' and '-', at most 64. */
export const Id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/))

/** A path relative to the folder, '/' between names. Routes parse it before the service sees it. */
export const PathText = text(4096, 1)

/** The same, or '' for the folder itself. */
export const PlaceText = text(4096)

/** Milliseconds since 1970. */
export const Time = v.pipe(v.number(), v.integer())

export const Count = v.pipe(v.number(), v.integer(), v.minValue(0))
export const Bytes = v.pipe(v.number(), v.integer(), v.minValue(0))

/** Sentences for people; they may hold names from other machines, so whoever shows them treats them as text only. */
export const Sentence = v.string()

/** What went wrong: a code of the catalogue of errors, and a sentence. */
export const Fault = v.object({ code: v.string(), message: Sentence })
export type Fault = Shape<typeof Fault>

/** Which side of a pair: this folder, or the remote. */
export const SideWord = v.picklist(['here', 'there'])

/** How many of how many. */
export const Done = v.object({ done: Count, of: Count })

/** Answer of what has nothing to tell but that it was done. */
export const Ok = v.object({ ok: v.literal(true) })
