// A user's home as another client of the same account uses it: what a story's people do and see.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContentId } from '../../src/model/content.ts'
import { ancestorsOf, type Path, type Place } from '../../src/model/path.ts'
import type { Database } from '../../src/platform/node/sqlite.ts'
import { pathOf } from '../../src/store/disk/blob-place.ts'
import { PackIndex } from '../../src/store/disk/pack-index.ts'
import type { FileNode, Space, SpaceChange, SpaceNode } from '../../src/store/space.ts'
import type { Deed } from '../scenarios/story.ts'
import type { Shown } from '../scenarios/surface.ts'
import type { Looking, Told } from './host-thread.ts'

export interface HomeParts {
  readonly home: Space
  readonly database: Database
  readonly directory: string
  readonly user: string
}

const SIGNAL = new AbortController().signal

export async function hostSurface(parts: HomeParts, asked: Looking): Promise<Told> {
  switch (asked.do) {
    case 'list':
      return shownIn(parts)
    case 'texts':
      return textsAt(parts, asked.path)
    case 'perform':
      await perform(parts.home, asked.deed)
      return null
    case 'kept':
      return Promise.all(parts.database.all(KEPT).map(([content]) => keptText(parts, content as ContentId)))
    default:
      return leftovers(parts)
  }
}

// What was deleted, with all below, and what was replaced.
const KEPT = `
  WITH RECURSIVE gone (id, content) AS (
    SELECT n.id, n.content FROM trash t JOIN nodes n ON n.id = t.node
    UNION ALL SELECT n.id, n.content FROM nodes n JOIN gone ON n.parent = gone.id
  )
  SELECT content FROM gone WHERE content IS NOT NULL UNION ALL SELECT content FROM versions`

async function shownIn(parts: HomeParts): Promise<[string, Shown][]> {
  const found: [string, Shown][] = []
  for await (const node of everything(parts.home, '')) {
    const mtimeNs = BigInt(Math.trunc(node.mtimeMs)) * 1_000_000n
    if (node.kind === 'directory') found.push([node.path, { kind: 'directory' }])
    else found.push([node.path, { kind: 'file', text: await textOf(parts, node), mtimeNs, mode: 0 }])
  }
  return found
}

async function textsAt(parts: HomeParts, path: string): Promise<string[]> {
  const node = await parts.home.find(path as Place)
  if (node === undefined) return []
  if (node.kind === 'file') return [await textOf(parts, node)]
  const texts: string[] = []
  for await (const below of everything(parts.home, node.path))
    if (below.kind === 'file') texts.push(await textOf(parts, below))
  return texts
}

async function* everything(space: Space, place: Place): AsyncGenerator<SpaceNode> {
  for await (const page of space.list(place))
    for (const node of page) {
      yield node
      if (node.kind === 'directory') yield* everything(space, node.path)
    }
}

async function textOf({ home }: HomeParts, file: FileNode): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of home.read(file, { from: 0 }, SIGNAL)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** A content that no file has any more: in a file of its own, or in a pack, where the store puts what it has confirmed a little later. */
async function keptText({ directory }: HomeParts, content: ContentId): Promise<string> {
  const contents = join(directory, 'host', 'contents')
  const alone = join(contents, pathOf(content))
  const index = new PackIndex(join(contents, 'packs.db'))
  try {
    for (let tries = 0; tries < 2000; tries += 1) {
      if (existsSync(alone)) return readFileSync(alone, 'utf8')
      const found = index.find(content)
      if (found !== undefined) {
        const pack = readFileSync(join(contents, 'packs', `pack-${String(found.pack).padStart(6, '0')}`))
        return pack.subarray(found.at, found.at + found.size).toString('utf8')
      }
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    throw new Error(`the content ${content} is nowhere`)
  } finally {
    index.close()
  }
}

async function perform(home: Space, deed: Deed): Promise<void> {
  switch (deed.do) {
    case 'write':
      return write(home, deed.path as Path, deed.text, deed.mtimeNs)
    case 'rewrite-unseen': {
      const node = await home.find(deed.path as Path)
      return write(home, deed.path as Path, deed.text, BigInt(Math.trunc(node?.mtimeMs ?? 0)) * 1_000_000n)
    }
    case 'make-directory':
      await makeAbove(home, deed.path as Path)
      return done(home, { do: 'make-directory', at: deed.path as Path })
    case 'move':
    case 'copy': {
      const [from, to] = [deed.from as Path, deed.to as Path]
      await makeAbove(home, to)
      return done(home, { do: deed.do, from, to, overwrite: 'overwrite', depth: 'tree', when: 'any' } as SpaceChange)
    }
    case 'remove':
      return done(home, { do: 'trash', at: deed.path as Path, when: 'any' })
    case 'touch':
      return done(home, {
        do: 'set-mtime',
        at: deed.path as Path,
        mtimeMs: Number(deed.mtimeNs / 1_000_000_000n) * 1000,
        when: 'any',
      })
    default:
      throw new Error(`nobody can ${deed.do} on a host`)
  }
}

async function write(home: Space, at: Path, text: string, mtimeNs: bigint | undefined): Promise<void> {
  await makeAbove(home, at)
  const there = await home.find(at)
  if (there?.kind === 'directory') await done(home, { do: 'trash', at, when: 'any' })
  const bytes = Buffer.from(text)
  const source = (async function* () {
    if (bytes.length > 0) yield bytes
  })()
  const received = await home.receive({ at, size: bytes.length, bytes: source, kinds: ['SHA1'] }, SIGNAL)
  const mtimeMs = mtimeNs === undefined ? undefined : Number(mtimeNs / 1_000_000_000n) * 1000
  await done(home, { do: 'put', at, received, mtimeMs, when: 'any' })
}

async function makeAbove(home: Space, path: Path): Promise<void> {
  for (const at of [...ancestorsOf(path)].reverse()) {
    const there = await home.find(at)
    if (there?.kind === 'file') await done(home, { do: 'trash', at, when: 'any' })
    if (there?.kind !== 'directory') await done(home, { do: 'make-directory', at })
  }
}

async function done(home: Space, change: SpaceChange): Promise<void> {
  const changed = await home.change(change, SIGNAL)
  if (changed.as === 'refused') throw new Error(`${change.do}: ${changed.message}`)
}

async function leftovers({ home, directory, user }: HomeParts): Promise<string[]> {
  const uploads = join(directory, 'host', 'uploads', user)
  const found = existsSync(uploads) ? readdirSync(uploads) : []
  for await (const { path } of everything(home, '')) if (path.startsWith('.syncline-')) found.push(path)
  return found
}
