// A user's tree on the host, as the host itself sees it.
import type { Path, Place } from '../../src/model/path.ts'
import type { FileNode, Space } from '../../src/store/space.ts'
import type { TestHost } from './start-host.ts'

const SIGNAL = new AbortController().signal

export async function homeOf({ host, alice }: TestHost): Promise<Space> {
  return host.spaces.open(`home-${alice.id}`)
}

/** Everything by path: the text of a file, null for a directory. */
export async function contentsOf(space: Space, place: Place = ''): Promise<Record<string, string | null>> {
  const contents: Record<string, string | null> = {}
  for await (const page of space.list(place))
    for (const node of page) {
      if (node.kind === 'file') contents[node.path] = await textOf(space, node)
      else Object.assign(contents, { [node.path]: null }, await contentsOf(space, node.path))
    }
  return contents
}

export async function textOf(space: Space, file: FileNode): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of space.read(file, { from: 0 }, SIGNAL)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('latin1')
}

export async function putText(space: Space, at: string, text: string, mtimeMs?: number): Promise<void> {
  const bytes = Buffer.from(text, 'latin1')
  const source = (async function* () {
    if (bytes.length > 0) yield bytes
  })()
  const received = await space.receive({ at: at as Path, size: bytes.length, bytes: source, kinds: ['SHA1'] }, SIGNAL)
  const changed = await space.change({ do: 'put', at: at as Path, received, mtimeMs, when: 'any' }, SIGNAL)
  if (changed.as === 'refused') throw new Error(changed.message)
}
