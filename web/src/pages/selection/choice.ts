// A choice of directories before it is saved.

export type Keeping = 'kept' | 'partly' | 'deselected'

const isWithin = (path: string, place: string) => path === place || path.startsWith(`${place}/`)

export function keepingOf(path: string, deselected: readonly string[]): Keeping {
  if (deselected.some(place => isWithin(path, place))) return 'deselected'
  return deselected.some(place => isWithin(place, path)) ? 'partly' : 'kept'
}

/** With `path` and everything in it. */
export function deselect(path: string, deselected: readonly string[]): readonly string[] {
  return [...deselected.filter(place => !isWithin(place, path)), path]
}

/**
 * `path` is kept, with everything in it. Where it was in a deselected directory, what is beside it on the way stays deselected: `childrenOf`
 * knows what that is.
 */
export function select(
  path: string,
  deselected: readonly string[],
  childrenOf: (place: string) => readonly string[],
): readonly string[] {
  const above = deselected.find(place => path !== place && isWithin(path, place))
  if (above === undefined) return deselected.filter(place => !isWithin(place, path))
  const beside = childrenOf(above).filter(child => !isWithin(path, child))
  const onTheWay = childrenOf(above).filter(child => path !== child && isWithin(path, child))
  return select(path, [...deselected.filter(place => place !== above), ...beside, ...onTheWay], childrenOf)
}

/** What to ask for, so that `before` becomes `after`. */
export function changeOf(before: readonly string[], after: readonly string[]) {
  return {
    select: before.filter(path => !after.includes(path)),
    deselect: after.filter(path => !before.includes(path)),
  }
}
