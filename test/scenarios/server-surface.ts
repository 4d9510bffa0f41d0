// A fake server's files as another client of the same account uses them.
import type { FakeTree, Node } from '../fakes/owncloud/tree.ts'
import type { Deed } from './story.ts'
import type { Shown, Surface } from './surface.ts'

/** `unfinished` names the transfers that the server keeps beside the tree. */
export function serverSurface(tree: FakeTree, unfinished: () => readonly string[]): Surface {
  return {
    list: () => listed(tree),
    textsAt: path => {
      const node = tree.find(path)
      return node === undefined ? [] : textsOf(node)
    },
    perform: deed => perform(tree, deed),
    kept: () => tree.trash.flatMap(({ node }) => textsOf(node)),
    leftovers: () => [...unfinished(), ...tree.list().filter(path => path.startsWith('.syncline-'))],
  }
}

function listed(tree: FakeTree): Map<string, Shown> {
  const found = new Map<string, Shown>()
  for (const listedPath of tree.list()) {
    const path = listedPath.replace(/\/$/, '')
    const { bytes, mtime } = tree.get(path)
    const mtimeNs = BigInt(mtime) * 1_000_000_000n
    found.set(
      path,
      bytes === undefined ? { kind: 'directory' } : { kind: 'file', text: bytes.toString(), mtimeNs, mode: 0 },
    )
  }
  return found
}

function perform(tree: FakeTree, deed: Deed): void {
  switch (deed.do) {
    case 'write':
      tree.put(deed.path, deed.text, timeOf(deed.mtimeNs))
      return
    case 'rewrite-unseen':
      tree.put(deed.path, deed.text, { mtime: tree.get(deed.path).mtime })
      return
    case 'make-directory':
      tree.mkdir(deed.path)
      return
    case 'move':
      tree.move(deed.from, deed.to)
      return
    case 'copy':
      tree.put(deed.to, tree.read(deed.from))
      return
    case 'remove':
      tree.remove(deed.path)
      return
    case 'touch':
      tree.setMtime(tree.get(deed.path), Number(deed.mtimeNs / 1_000_000_000n))
      return
    default:
      throw new Error(`nobody can ${deed.do} on a server`)
  }
}

function timeOf(mtimeNs: bigint | undefined): { mtime?: number } {
  return mtimeNs === undefined ? {} : { mtime: Number(mtimeNs / 1_000_000_000n) }
}

function textsOf(node: Node): string[] {
  return node.bytes === undefined ? [...node.children.values()].flatMap(textsOf) : [node.bytes.toString()]
}
