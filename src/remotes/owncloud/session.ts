// What all files of this room share: one account on one server, and where its collections are.
import type { ChecksumKind } from '../../model/content.ts'
import { SyncError } from '../../model/errors.ts'
import type { Place } from '../../model/path.ts'
import type { World } from '../../platform/world.ts'
import type { Memory } from '../../replica/replica.ts'
import { type Segments, segmentsOfUrl, writeHref } from '../../wire/dav/hrefs.ts'
import type { ServerCapabilities } from '../../wire/owncloud/capabilities.ts'
import type { HttpClient } from '../http/message.ts'

/** Where a folder's other copy is. */
export interface OwncloudPlace {
  /** The server's root, with the path it is installed under. */
  readonly server: URL
  /** The user's id in DAV paths, which may differ from the login name. */
  readonly user: string
  /** From the user's root, '/' between names, '' for the root itself. */
  readonly directory: string
}

export interface Session {
  readonly client: HttpClient
  readonly host: string
  /** The collection that is our root. */
  readonly root: Segments
  /** The user's own root, to which the bulk upload refers. */
  readonly home: Segments
  readonly uploads: Segments
  readonly bulk: string
  readonly server: ServerCapabilities
  /** The kind of checksum we send. */
  readonly sumKind: ChecksumKind
  readonly world: World
  readonly memory: Memory
}

export interface SessionOptions {
  readonly client: HttpClient
  readonly place: OwncloudPlace
  readonly server: ServerCapabilities
  readonly world: World
  readonly memory: Memory
}

export function openSession({ client, place, server, world, memory }: SessionOptions): Session {
  const dav = [...installedAt(place.server), 'remote.php', 'dav']
  const home = [...dav, 'files', place.user]
  return {
    client: asOcsClient(client),
    host: client.base.host,
    root: [...home, ...place.directory.split('/').filter(name => name !== '')],
    home,
    uploads: [...dav, 'uploads', place.user],
    bulk: writeHref([...dav, 'bulk']),
    server,
    sumKind: server.sums.find(kind => kind !== 'ADLER32') ?? 'SHA1',
    world,
    memory,
  }
}

/** Marks every request as that of a program: with a session's cookie, but without this, Nextcloud takes it for a forged one of a browser. */
function asOcsClient(client: HttpClient): HttpClient {
  return {
    base: client.base,
    request: (wanted, signal) =>
      client.request({ ...wanted, headers: { 'OCS-APIRequest': 'true', ...wanted.headers } }, signal),
    hear: (path, ear, signal) => client.hear(path, ear, signal),
    close: () => client.close(),
  }
}

/** The decoded names of the path that a server is installed under. */
export function installedAt(server: URL): Segments {
  const names = segmentsOfUrl(server.pathname)
  if (names === undefined) throw new SyncError('usage', `The address ${server.href} is not valid.`)
  return names
}

export function segmentsAt(session: Session, place: Place): Segments {
  return place === '' ? session.root : [...session.root, ...place.split('/')]
}

/** The path of a request about `place`. */
export function hrefAt(session: Session, place: Place): string {
  return writeHref(segmentsAt(session, place))
}
