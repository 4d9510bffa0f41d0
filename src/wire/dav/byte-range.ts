// The `Range` of a GET (RFC 9110, 14.1.2), for one range of bytes.

export type AskedRange =
  | { readonly as: 'range'; readonly from: number; readonly to: number }
  /** No range, one in another unit, malformed, or several of them: the whole is the answer. */
  | { readonly as: 'whole' }
  /** It lies behind the end. */
  | { readonly as: 'unsatisfiable' }

const WHOLE: AskedRange = { as: 'whole' }
const UNSATISFIABLE: AskedRange = { as: 'unsatisfiable' }

/** Which bytes of `size` are asked for; `to` is the last one. */
export function parseByteRange(text: string, size: number): AskedRange {
  const found = /^\s*bytes\s*=\s*(\d{0,16})\s*-\s*(\d{0,16})\s*$/i.exec(text)
  const first = found?.[1] ?? ''
  const last = found?.[2] ?? ''
  if (found === null || (first === '' && last === '')) return WHOLE
  if (first === '') return suffix(Number(last), size)
  const from = Number(first)
  const to = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < from) return WHOLE
  return from >= size ? UNSATISFIABLE : { as: 'range', from, to }
}

function suffix(length: number, size: number): AskedRange {
  if (length === 0 || size === 0) return UNSATISFIABLE
  return { as: 'range', from: Math.max(0, size - length), to: size - 1 }
}
