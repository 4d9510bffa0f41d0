// The host: serves the folder to a client that writes, moves and deletes in it while a run is under way.
import type { Path, Place } from '../../src/model/path.ts'
import type { Changed, FileNode, Space, SpaceChange, SpaceNode } from '../../src/store/space.ts'
import type { Dice } from './dice.ts'
import type { Oracle } from './people.ts'

export interface HostParts {
  readonly space: Space
  readonly who: string
  readonly oracle: Oracle
  readonly dice: Dice
  readonly tell: (line: string) => void
}

const NAMES = ['a', 'b', 'c.txt', 'D', 'ü']
const NEVER = new AbortController().signal

/** Some deeds of one client, one after the other. What is confirmed is the oracle's to watch over. */
export async function hostActs(deeds: number, parts: HostParts): Promise<void> {
  for (let i = 0; i < deeds; i += 1) await actOnce(parts)
}

async function actOnce(parts: HostParts): Promise<void> {
  const { dice, space } = parts
  const nodes = await everything(space)
  const files = nodes.filter(node => node.kind === 'file')
  const places: Place[] = ['', ...nodes.filter(node => node.kind === 'directory').map(({ path }) => path)]
  const free = () => {
    const place = dice.pick(places)
    const path = (place === '' ? dice.pick(NAMES) : `${place}/${dice.pick(NAMES)}`) as Path
    return path.split('/').length > 3 ? undefined : path
  }
  const to = free()
  const throwOf = dice.next()
  if (throwOf < 0.25 && to !== undefined) return put(to, undefined, parts)
  if (throwOf < 0.5 && files.length > 0) return put(dice.pick(files).path, dice.pick(files), parts)
  if (throwOf < 0.58 && to !== undefined) return change({ do: 'make-directory', at: to }, parts)
  if (nodes.length === 0) return
  const from = dice.pick(nodes).path as Path
  if (throwOf < 0.75 && to !== undefined) return change({ do: 'move', from, to, overwrite: 'keep', when: 'any' }, parts)
  if (throwOf < 0.8 && to !== undefined)
    return change({ do: 'copy', from, to, overwrite: 'keep', depth: 'tree', when: 'any' }, parts)
  if (throwOf < 0.85 && files.length > 0)
    return change({ do: 'set-mtime', at: dice.pick(files).path, mtimeMs: 1_600_000_000_000, when: 'any' }, parts)
  if (throwOf < 0.95 && files.length > 0) return remove(dice.pick(files), parts)
  return change({ do: 'trash', at: from, when: 'any' }, parts)
}

async function everything(space: Space): Promise<readonly SpaceNode[]> {
  const found: SpaceNode[] = []
  const places: Place[] = ['']
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    for await (const page of space.list(place)) {
      found.push(...page)
      places.push(...page.filter(node => node.kind === 'directory').map(({ path }) => path))
    }
  }
  return found
}

/** A client writes over what it has seen, or where it has seen nothing. */
async function put(at: Path, seen: FileNode | undefined, { space, who, oracle, tell }: HostParts): Promise<void> {
  const before = seen?.path === at ? await contentOf(seen, space) : undefined
  if (seen !== undefined && before === undefined) return
  const content = oracle.fresh(`host${who}`)
  oracle.mayBe(content)
  const bytes = Buffer.from(content)
  const received = await space.receive({ at, size: bytes.length, bytes: once(bytes) }, NEVER)
  const when = seen === undefined ? 'absent' : [seen.etag]
  const made = await unlessCut(
    space.change({ do: 'put', at, received, mtimeMs: undefined, when }, NEVER),
    before,
    oracle,
  )
  if (made.as === 'done') {
    if (before !== undefined) oracle.gone(before)
    oracle.confirmed(content, at)
  } else await space.discard(received)
  tell(`host at ${who} puts ${content} to ${at}${before === undefined ? '' : ` over ${before}`}${outcomeOf(made)}`)
}

async function remove(node: FileNode, { space, who, oracle, tell }: HostParts): Promise<void> {
  const content = await contentOf(node, space)
  if (content === undefined) return
  const made = await unlessCut(space.change({ do: 'trash', at: node.path, when: [node.etag] }, NEVER), content, oracle)
  if (made.as === 'done') oracle.gone(content)
  tell(`host at ${who} deletes the file ${node.path}${outcomeOf(made)}`)
}

/** A change that a crash cuts short may be made, or not: what it was to replace may be gone. */
async function unlessCut(making: Promise<Changed>, before: string | undefined, oracle: Oracle): Promise<Changed> {
  try {
    return await making
  } catch (error) {
    if (before !== undefined) oracle.gone(before)
    throw error
  }
}

async function change(change: SpaceChange, { space, who, tell }: HostParts): Promise<void> {
  const paths = 'from' in change ? `${change.from} to ${change.to}` : change.at
  // A directory goes with whatever is in it then, seen or not.
  const deed = `host at ${who}: ${change.do === 'trash' ? 'trash tree' : change.do} ${paths}`
  try {
    const made = await space.change(change, NEVER)
    tell(`${deed}${outcomeOf(made)}`)
  } catch (error) {
    // It may be done all the same.
    tell(`${deed} – cut short`)
    throw error
  }
}

/** Undefined when it is not what was seen any more. */
async function contentOf(node: FileNode, space: Space): Promise<string | undefined> {
  const pieces: Uint8Array[] = []
  try {
    for await (const piece of space.read(node, { from: 0 }, NEVER)) pieces.push(piece)
    return Buffer.concat(pieces).toString()
  } catch (error) {
    if (['changed', 'missing'].includes((error as { code?: string }).code ?? '')) return undefined
    throw error
  }
}

async function* once(bytes: Uint8Array) {
  yield bytes
}

function outcomeOf(made: Changed): string {
  return made.as === 'done' ? '' : ` – refused: ${made.why}`
}
