// The order in which people count: `chunk-9` before `chunk-10`.

/** The natural order: runs of digits by their value, the rest by their code units. */
export function compareNaturally(a: string, b: string): number {
  const [x, y] = [partsOf(a), partsOf(b)]
  for (let i = 0; i < Math.max(x.length, y.length); i += 1) {
    const order = comparePart(x[i] ?? '', y[i] ?? '')
    if (order !== 0) return order
  }
  return a < b ? -1 : a > b ? 1 : 0
}

const partsOf = (name: string): readonly string[] => name.match(/\d+|\D+/g) ?? []

function comparePart(a: string, b: string): number {
  if (/^\d/.test(a) && /^\d/.test(b)) {
    const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')]
    if (x.length !== y.length) return x.length - y.length
    return x < y ? -1 : x > y ? 1 : 0
  }
  return a < b ? -1 : a > b ? 1 : 0
}
