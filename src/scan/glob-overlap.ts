// A habit of Syncthing's matcher that people's `.stignore` files rely on.
import type { Glob, GlobNode } from './glob.ts'

/**
 * For text, two stars, text and nothing else, Syncthing asks only whether a path begins with the one and ends with the other,
 * and they may share characters: two stars between `a/` and `/b` match `a/b`. These are the paths that match in this way only, as one glob.
 */
export function overlapsOf(glob: Glob): Glob | undefined {
  const at = glob.findIndex(node => node.kind === 'run-across')
  const before = glob.slice(0, Math.max(0, at))
  const after = glob.slice(at + 1)
  if (at < 0 || !isText(before) || !isText(after)) return undefined
  const branches = lengthsShared(before, after).map(length => [...before, ...after.slice(length)])
  return branches.length === 0 ? undefined : [{ kind: 'either', branches }]
}

type Char = Extract<GlobNode, { kind: 'char' }>

function isText(glob: Glob): glob is readonly Char[] {
  return glob.every(({ kind }) => kind === 'char')
}

/** How many characters the end of the one and the beginning of the other have in common, every possibility. */
function lengthsShared(before: readonly Char[], after: readonly Char[]): readonly number[] {
  const longest = Math.min(before.length, after.length, MAX_SHARED)
  return Array.from({ length: longest }, (_, i) => i + 1).filter(length =>
    after.slice(0, length).every((char, i) => char.code === before[before.length - length + i]?.code),
  )
}

/** Nobody's names overlap more; a bound on what a line can turn into. */
const MAX_SHARED = 20
