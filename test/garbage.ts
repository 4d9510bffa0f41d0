// Values that nobody wrote on purpose: what a damaged index, another version of this program or a stranger may have left.
import fc from 'fast-check'

/** Any text, and JSON of any shape with the keys that are looked for. */
export function garbageText(keys: readonly string[] = []): fc.Arbitrary<string> {
  const key = fc.oneof(fc.constantFrom('__proto__', 'length', '', ...keys), fc.string({ maxLength: 5 }))
  const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
    tree: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.constantFrom<unknown>(null, true, 0, -1, 1e300, '', '..', '../../x', 'a/b', '1', '{}', '\0', [], {}),
      fc.string(),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 8 }),
    ),
  }))
  return fc.oneof(
    fc.string({ unit: 'binary' }),
    tree.map(value => JSON.stringify(value)),
  )
}

/** `text`, which is JSON, with one value somewhere in it replaced or left out; and `text` cut short. */
export function damaged(text: string, keys: readonly string[] = []): fc.Arbitrary<string> {
  const count = placesIn(JSON.parse(text))
  return fc.oneof(
    fc.nat(text.length).map(end => text.slice(0, end)),
    fc.tuple(fc.nat(Math.max(0, count - 1)), garbageText(keys)).map(([at, other]) => {
      const left = { count: at }
      return JSON.stringify(replaced(JSON.parse(text), left, parsedOrText(other)))
    }),
  )
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function placesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((sum: number, inner) => sum + placesIn(inner), 1)
}

/** Counts down through the values, outermost first, and replaces the one that is reached at zero. */
function replaced(value: unknown, left: { count: number }, other: unknown): unknown {
  if (left.count === 0) {
    left.count = -1
    return other
  }
  left.count -= 1
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(inner => (left.count < 0 ? inner : replaced(inner, left, other)))
  const changed = Object.entries(value).map(([key, inner]) => [
    key,
    left.count < 0 ? inner : replaced(inner, left, other),
  ])
  return Object.fromEntries(changed)
}
