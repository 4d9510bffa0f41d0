// One look at a path, where all that matters is what is there.
import { codeOf, isMissing, type Stat, type Tree } from '../platform/tree.ts'

/** What is at `path`: nothing when that is certain, `unknown` when it could not be looked at. */
export async function lookAt(tree: Tree, path: string): Promise<Stat | undefined | 'unknown'> {
  try {
    return await tree.stat(path)
  } catch (error) {
    // A file or symlink above it: then nothing of ours is below.
    return isMissing(error) || codeOf(error) === 'ELOOP' ? undefined : 'unknown'
  }
}
