// The table of rooms as rules of dependency-cruiser, and the rules that hold for all rooms alike.
import { ROOMS, type Room } from './rooms.ts'

/** As much of a rule of dependency-cruiser as is used here. Paths are regular expressions. */
export interface Rule {
  readonly name: string
  readonly severity: 'error'
  readonly from: { readonly path?: string; readonly pathNot?: string }
  readonly to: {
    readonly path?: string
    readonly pathNot?: string
    readonly circular?: boolean
    readonly couldNotResolve?: boolean
    readonly dependencyTypes?: 'core'[]
  }
}

/** Tests, and suites that only tests call. */
const TESTS = '(\\.test|conformance)\\.ts$'

export function importRules(): readonly Rule[] {
  return [...GENERAL, ...ROOMS.flatMap(room => [roomRule(room), nodeRule(room), packageRule(room)])]
}

const GENERAL: readonly Rule[] = [
  { name: 'no import goes in a circle', severity: 'error', from: {}, to: { circular: true } },
  { name: 'every import leads somewhere', severity: 'error', from: {}, to: { couldNotResolve: true } },
  {
    name: 'the program imports no test and nothing outside src',
    severity: 'error',
    from: { path: '^src/', pathNot: TESTS },
    to: { path: `^(test|bench|scripts)/|^src/.*${TESTS}` },
  },
  {
    name: 'a scan sees the disk through platform/tree, only a watch asks the system itself',
    severity: 'error',
    from: { path: '^src/scan/', pathNot: `^src/scan/watch|${TESTS}` },
    to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
  },
]

function roomRule(room: Room): Rule {
  const allowed = [room.name, ...room.rooms].map(name => `^src/${pattern(name)}`)
  const own = ROOMS.filter(({ name }) => name.startsWith(`${room.name}/`)).map(({ name }) => name)
  const closed = own.filter(name => !room.rooms.some(each => name.startsWith(each)))
  const inner = closed.length === 0 ? '' : `(?!^src/(${closed.map(pattern).join('|')}))`
  return {
    name: `${room.name} imports only ${room.rooms.join(', ') || 'itself'}`,
    severity: 'error',
    from: sourcesOf(room),
    to: { path: '^src/', pathNot: `${inner}(${allowed.join('|')})` },
  }
}

function nodeRule(room: Room): Rule {
  const allowed = room.node === 'any' ? '.*' : room.node.join('|')
  return {
    name: `${room.name} imports of Node only ${room.node === 'any' ? 'what it likes' : room.node.join(', ') || 'nothing'}`,
    severity: 'error',
    from: sourcesOf(room),
    to: { dependencyTypes: ['core'], pathNot: `^(node:)?(${allowed})(/|$)` },
  }
}

function packageRule(room: Room): Rule {
  const allowed = room.packages.length === 0 ? '$^' : `node_modules/(${room.packages.join('|')})/`
  return {
    name: `${room.name} imports of packages only ${room.packages.join(', ') || 'nothing'}`,
    severity: 'error',
    from: sourcesOf(room),
    to: { path: 'node_modules/', pathNot: allowed },
  }
}

/** The files of a room that are neither tests nor in a room inside it. */
function sourcesOf(room: Room): { path: string; pathNot: string } {
  const inner = ROOMS.filter(({ name }) => name.startsWith(`${room.name}/`)).map(({ name }) => `^src/${pattern(name)}`)
  return { path: `^src/${pattern(room.name)}`, pathNot: [TESTS, ...inner].join('|') }
}

/** A folder with all below, or one file. */
function pattern(name: string): string {
  return name.endsWith('.ts') ? `${name.replaceAll('.', '\\.')}$` : `${name}/`
}
