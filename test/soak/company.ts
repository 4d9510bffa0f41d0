// Everybody who takes part: three daemons in a mesh, two of them with a remote, and the programs of others that are installed.
import { chmodSync, mkdirSync } from 'node:fs'
import type { Stage } from '../daemon/daemon-process.ts'
import { peer } from '../peers.ts'
import { Daemon } from './daemons.ts'
import { APACHE_FILES, ApachePlace, SyncthingPlace } from './peers.ts'
import type { Place, Server } from './places.ts'

export interface Company {
  readonly daemons: readonly Daemon[]
  readonly servers: readonly Server[]
  readonly places: readonly Place[]
}

/** All run and know each other. What is not installed is left out, and told to `say`. */
export async function gather(stage: Stage, say: (words: string) => void): Promise<Company> {
  // The account that servers run under passes through.
  chmodSync(stage.root, 0o755)
  const [a, b, c] = [await Daemon.open(stage, 'A'), await Daemon.open(stage, 'B'), await Daemon.open(stage, 'C')]
  const daemons = [a, b, c]
  const syncthing = isThere(['syncthing'], say) ? await openSyncthing(stage, daemons) : []
  const mesh = [...daemons, ...syncthing]
  for (const daemon of daemons)
    for (const other of mesh) if (other !== daemon) await daemon.meet(other.device, other.name, other.address)
  const apache = isThere(APACHE_FILES, say) ? await openApache(stage, a) : []
  const servers = [...mesh, ...apache]
  return { daemons, servers, places: [...servers, await openDirectory(stage, b)] }
}

function isThere(commands: readonly string[], say: (words: string) => void): boolean {
  const missing = commands.map(command => peer(command, command)).filter(({ available }) => !available)
  for (const { why } of missing) say(`left out: ${why}`)
  return missing.length === 0
}

async function openSyncthing(stage: Stage, daemons: readonly Daemon[]): Promise<readonly SyncthingPlace[]> {
  const place = await SyncthingPlace.open('S', stage.at('S'), stage.at('home-S'))
  stage.onEnd(() => place.end('kill'))
  await place.meet(daemons)
  return [place]
}

async function openApache(stage: Stage, daemon: Daemon): Promise<readonly ApachePlace[]> {
  const place = await ApachePlace.open('W', daemon.name, stage.at('W'))
  stage.onEnd(() => place.end('kill'))
  await daemon.addRemote('apache', place.url)
  return [place]
}

/** A directory without any program: its daemon looks at it. */
async function openDirectory(stage: Stage, daemon: Daemon): Promise<Place> {
  const place = { name: 'D', root: stage.at('D'), keptBy: daemon.name }
  mkdirSync(place.root)
  await daemon.addRemote('directory', place.root)
  return place
}
