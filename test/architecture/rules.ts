// The import rules, each with a name and the imports that break it: those of the table of rooms, and those that hold for all.
import type { Import, Program } from './imports.ts'
import { ROOMS, type Room } from './rooms.ts'

export interface Rule {
  readonly name: string
  broken(program: Program): readonly Import[]
}

export function importRules(): readonly Rule[] {
  return [...GENERAL, ...ROOMS.flatMap(room => [roomRule(room), nodeRule(room), packageRule(room)])]
}

const GENERAL: readonly Rule[] = [
  { name: 'no import goes in a circle', broken: circlesIn },
  rule('every import leads somewhere', ({ kind }) => kind === 'missing'),
  rule(
    'the program imports no test and nothing outside src',
    ({ from, kind, to }) => !isTest(from) && kind === 'file' && (isTest(to) || !to.startsWith('src/')),
  ),
  rule(
    'a scan sees the disk through platform/tree, only a watch asks the system itself',
    ({ from, kind, to }) => !isTest(from) && /^src\/scan\/(?!watch)/.test(from) && kind === 'node' && to !== 'crypto',
  ),
]

function rule(name: string, breaks: (each: Import) => boolean): Rule {
  return { name, broken: ({ imports }) => imports.filter(breaks) }
}

function roomRule(room: Room): Rule {
  const name = `${room.name} imports only ${room.rooms.join(', ') || 'itself'}`
  return rule(name, each => isOfRoom(each, room, 'file') && !mayImport(room, each.to))
}

function nodeRule(room: Room): Rule {
  const { node } = room
  if (node === 'any') return rule(`${room.name} imports of Node what it likes`, () => false)
  const name = `${room.name} imports of Node only ${node.join(', ') || 'nothing'}`
  return rule(name, each => isOfRoom(each, room, 'node') && !node.includes(each.to.split('/')[0] ?? ''))
}

function packageRule(room: Room): Rule {
  const name = `${room.name} imports of packages only ${room.packages.join(', ') || 'nothing'}`
  return rule(name, each => isOfRoom(each, room, 'package') && !room.packages.includes(each.to))
}

function isOfRoom({ from, kind }: Import, room: Room, wanted: Import['kind']): boolean {
  return kind === wanted && !isTest(from) && roomOf(from) === room
}

/** What lies outside of src is another rule's business. */
function mayImport(room: Room, file: string): boolean {
  if (!file.startsWith('src/') || roomOf(file) === room) return true
  return room.rooms.some(name => file === `src/${name}` || file.startsWith(`src/${name}/`))
}

/** The room with the longest name that fits. */
export function roomOf(file: string): Room | undefined {
  const fitting = ROOMS.filter(({ name }) => file.startsWith(`src/${name}/`))
  return fitting.sort((a, b) => b.name.length - a.name.length)[0]
}

/** Tests, and what only tests call: suites, and folders named `testing`. */
export function isTest(file: string): boolean {
  return /(\.test|conformance)\.ts$|\/testing\//.test(file)
}

/** The imports from whose target a way leads back. */
function circlesIn({ imports }: Program): readonly Import[] {
  const targets = new Map<string, string[]>()
  for (const { from, kind, to } of imports) if (kind === 'file') targets.set(from, [...(targets.get(from) ?? []), to])
  const reach = new Map<string, ReadonlySet<string>>()
  for (const file of targets.keys()) reach.set(file, reachableFrom(file, targets))
  return imports.filter(({ from, to }) => to === from || reach.get(to)?.has(from))
}

function reachableFrom(start: string, targets: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set<string>()
  const open = [start]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const target of targets.get(file) ?? []) {
      if (reached.has(target)) continue
      reached.add(target)
      open.push(target)
    }
  }
  return reached
}
