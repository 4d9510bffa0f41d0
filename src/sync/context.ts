// What the planner may ask about this pair.
import type { FolderIndex, PairRecords } from '../index/folder-index.ts'
import type { FileEntry, SymlinkEntry } from '../model/entry.ts'
import { nameOf, type Path, type Place, parentOf } from '../model/path.ts'
import { type Abilities, BRAKE_LIMITS, type PlanContext } from '../plan/context.ts'
import type { Remove } from '../plan/step.ts'
import type { Side, Triple } from '../plan/triple.ts'
import type { World } from '../platform/world.ts'
import type { Replica } from '../replica/replica.ts'
import { conflictNames } from './conflict-name.ts'
import type { RemoteView } from './observation.ts'
import type { PairOptions } from './options.ts'

export interface ContextParts {
  readonly home: Replica
  readonly remote: Replica
  readonly index: FolderIndex
  readonly records: PairRecords
  readonly view: RemoteView
  readonly triples: ReadonlyMap<Path, Triple>
  /** Directories that did not go for what is ignored in them. */
  readonly kept: readonly Remove[]
  readonly options: PairOptions
  readonly world: World
}

export function planContext({
  home,
  remote,
  index,
  records,
  view,
  triples,
  kept,
  options,
  world,
}: ContextParts): PlanContext {
  const isTaken = (path: Path) =>
    isLive(index, path) || triples.get(path)?.remote !== undefined || records.agreement(path) !== undefined
  const keptOn = (side: Side) => kept.flatMap(({ on, path }) => (on === side ? [path] : []))
  const holds = {
    local: placesHolding(keptOn('local')),
    // A directory of which something is announced is there for all devices, whatever this one announces.
    remote: placesHolding(remote.can.isAnnouncedTo === true ? [] : [...view.leftAlone, ...keptOn('remote')]),
  }
  const { conflicts } = options
  const names = conflictNames(isTaken, world.clock.now(), conflicts?.name)
  return {
    can: { local: abilitiesOf(home), remote: abilitiesOf(remote) },
    moves: options.moves ?? 'on',
    agreedKind: path => records.agreement(path)?.kind,
    agreedNames: (place: Place) => records.agreementsIn(place).map(({ path }) => nameOf(path)),
    holdsIgnored: (place, side) => holds[side](place),
    rightsIn: place => (place === '' ? undefined : view.rights.get(place)),
    conflictName: (path: Path, entry: FileEntry | SymlinkEntry) =>
      names(path, entry.kind === 'file' ? entry.mtimeNs : undefined),
    ...(conflicts === undefined ? {} : { conflictWinner: (path: Path) => conflicts.winner(path) }),
    agreed: countedWhenAsked(records),
    limits: { ...BRAKE_LIMITS, ...options.limits },
  }
}

/** Most plans delete and overwrite nothing, and then nobody asks. */
function countedWhenAsked(records: PairRecords): PlanContext['agreed'] {
  return {
    get entries() {
      return records.countAgreements('entries')
    },
    get files() {
      return records.countAgreements('files')
    },
  }
}

/** Whether one of `places` is the directory asked about, or below it. */
function placesHolding(places: Iterable<Place>): (place: Path) => boolean {
  const holding = new Set<Place>()
  for (let place of places) for (; place !== '' && !holding.has(place); place = parentOf(place)) holding.add(place)
  return place => holding.has(place)
}

function isLive(index: FolderIndex, path: Path): boolean {
  const row = index.row(path)
  return row !== undefined && row.state.kind !== 'deleted'
}

function abilitiesOf({ can }: Replica): Abilities {
  const { moves, removesTrees, setsMtime, mtimePrecisionNs, modes, symlinks, names } = can
  return { moves, removesTrees, setsMtime, mtimePrecisionNs, modes, symlinks, names }
}
