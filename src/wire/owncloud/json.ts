// Reading JSON that somebody else wrote: every look inside is checked, every length bounded, nothing throws.

/** The value that `text` spells; undefined for what is no JSON or longer than `limit` characters. */
export function parseJson(text: string, limit: number): unknown {
  if (text.length > limit) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The value at the end of `keys`, or undefined when any of them is missing. */
export function valueAt(value: unknown, ...keys: readonly string[]): unknown {
  let at = value
  for (const key of keys) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Readonly<Record<string, unknown>>)[key]
  }
  return at
}

export function textAt(value: unknown, ...keys: readonly string[]): string | undefined {
  const found = valueAt(value, ...keys)
  return typeof found === 'string' && found.length <= 1024 ? found : undefined
}

/** Booleans, also where PHP made a number or a text of them. */
export function flagAt(value: unknown, ...keys: readonly string[]): boolean | undefined {
  const found = valueAt(value, ...keys)
  if (typeof found === 'boolean') return found
  if (found === 1 || found === '1' || found === 'true') return true
  return found === 0 || found === '0' || found === 'false' ? false : undefined
}

/** A whole, positive number, also where it is written as text. */
export function countAt(value: unknown, ...keys: readonly string[]): number | undefined {
  const found = Number(valueAt(value, ...keys))
  return Number.isSafeInteger(found) && found > 0 ? found : undefined
}

/** The texts of a list, at most 256 of them; an object's values count as its list, as PHP writes lists with gaps. */
export function textsAt(value: unknown, ...keys: readonly string[]): readonly string[] {
  const found = valueAt(value, ...keys)
  if (typeof found !== 'object' || found === null) return []
  return Object.values(found)
    .filter(item => typeof item === 'string' && item !== '' && item.length <= 255)
    .slice(0, 256) as string[]
}
