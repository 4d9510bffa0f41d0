// A directory on an ownCloud or Nextcloud server as a replica.
import { SyncError } from '../../model/errors.ts'
import type { World } from '../../platform/world.ts'
import type { Commit, Committed, Memory, Replica, Tried } from '../../replica/replica.ts'
import { writeHref } from '../../wire/dav/hrefs.ts'
import { dav } from '../../wire/dav/names.ts'
import { faultOf } from '../http/faults.ts'
import type { HttpClient } from '../http/message.ts'
import { batchFault, bulkBatches, commitBatch } from './bulk.ts'
import { readTogether, type WantedSmall } from './bulk-read.ts'
import { capabilitiesOf, serverCapabilities } from './capabilities.ts'
import { checksum } from './checksum.ts'
import { commit } from './commit.ts'
import { tellsLettersApart } from './letters.ts'
import { list } from './listing.ts'
import { look } from './look.ts'
import { mountWatch } from './mounts.ts'
import { observe } from './observe.ts'
import { inParallel } from './parallel.ts'
import { read } from './read.ts'
import { restoredWatch } from './restored.ts'
import { type OwncloudPlace, openSession, type Session } from './session.ts'
import { openStaging, type Staging } from './stage.ts'
import { watch } from './watch.ts'

export interface OwncloudOptions {
  readonly client: HttpClient
  readonly place: OwncloudPlace
  readonly world: World
  readonly memory: Memory
  /** `create` makes the directory, and those above it, when it is not there; `existing` leaves that to the person. */
  readonly mode?: 'existing' | 'create'
  readonly signal?: AbortSignal
}

/** Connects; closing the replica closes the client. Throws `SyncError`, `wrong-place` when there is no such directory. */
export async function connectOwncloud(options: OwncloudOptions): Promise<Replica> {
  const { client, place, world, memory, mode = 'existing' } = options
  const signal = options.signal ?? new AbortController().signal
  const server = await serverCapabilities(client, place.server, options, signal)
  const session = openSession({ client, place, server, world, memory })
  if (mode === 'create' && memory.get('root-id') === undefined) await makeRoot(session, signal)
  return replicaOf(session, place)
}

function replicaOf(session: Session, place: OwncloudPlace): Replica {
  const { client } = session
  const staging = openStaging(session)
  const restored = restoredWatch(session.memory)
  const watches = { restored, mounts: mountWatch(session.memory, session.world) }
  const can = capabilitiesOf(session)
  const alike = { ...can, names: { ...can.names, caseSensitive: false } }
  const at = `${client.base.origin}${writeHref(session.root)}`
  return {
    id: `owncloud:${at}`,
    label: `${place.directory === '' ? 'all files' : place.directory} of ${place.user} on ${place.server.host}`,
    get can() {
      return tellsLettersApart(session) ? can : alike
    },
    get restored() {
      return restored.isRestored
    },
    acknowledgeRestored: () => restored.acknowledge(),
    observe: (seen, signal) => observe(session, watches, seen, signal),
    look: (path, signal) => look(session, path, signal),
    read: (path, expect, from, signal, chunks) => read(session, { path, expect, from, chunks }, signal),
    checksum: (path, expect, kind, signal) => checksum(session, { path, expect, kind }, signal),
    readMany: (wanted, signal) => readMany(session, wanted, signal),
    stage: (source, resume, signal) => staging.stage(source, resume, signal),
    stageMany: (sources, signal) =>
      inParallel(sources, sources.length, signal, source => staging.stage(source, NO_RESUME, signal)),
    discard: (staged, signal) => staging.discard(staged, signal),
    commit: (change, signal) => commit(session, staging, change, signal),
    commitMany: (changes, signal) => commitMany(session, staging, changes, signal),
    watch: (onHint, onFault) => watch(session, onHint, onFault),
    // What the server has answered is as durable as it will ever be.
    flush: async () => {},
    close: () => client.close(),
  }
}

const NO_RESUME = { token: undefined, save: () => {} }

async function readMany(
  session: Session,
  wanted: readonly WantedSmall[],
  signal: AbortSignal,
): Promise<readonly Tried<Uint8Array>[]> {
  const together = await readTogether(session, wanted, signal)
  return inParallel(wanted, READS_AT_ONCE, signal, async ({ path, expect }) => {
    const got = together.get(path) ?? (await whole(read(session, { path, expect, from: 0 }, signal)))
    if (got instanceof SyncError) throw got
    return got
  })
}

async function whole(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const bytes of stream) chunks.push(bytes)
  return Buffer.concat(chunks)
}

/** Batches go first and one at a time, as the server wants them; whatever they leave is done singly, in parallel. */
async function commitMany(
  session: Session,
  staging: Staging,
  changes: readonly Commit[],
  signal: AbortSignal,
): Promise<readonly Tried<Committed>[]> {
  const done = new Map<number, Tried<Committed>>()
  for (const batch of bulkBatches(session, staging, changes)) {
    try {
      for (const [at, tried] of await commitBatch(session, batch, signal)) done.set(at, tried)
    } catch (error) {
      signal.throwIfAborted()
      for (const { at, change } of batch) {
        const fault = batchFault(error, change.path)
        if (fault !== undefined) done.set(at, fault)
      }
    }
  }
  for (const [at, tried] of done) {
    const change = changes[at]
    if (change?.do === 'put' && !(tried instanceof SyncError)) staging.forget(change.staged)
  }
  const indexed = changes.map((change, at) => ({ change, at }))
  return inParallel(indexed, WRITES_AT_ONCE, signal, async ({ change, at }) => {
    const tried = done.get(at) ?? (await commit(session, staging, change, signal))
    if (tried instanceof SyncError) throw tried
    return tried
  })
}

const WRITES_AT_ONCE = 8
const READS_AT_ONCE = 8

/** Makes the root and what is missing above it, outermost first. */
async function makeRoot(session: Session, signal: AbortSignal): Promise<void> {
  const found = await list(session, { at: session.root, depth: '0', properties: [dav('getetag')], place: '' }, signal)
  if (found !== undefined) return
  for (let depth = session.home.length + 1; depth <= session.root.length; depth += 1) {
    const path = writeHref(session.root.slice(0, depth))
    const answer = await session.client.request({ method: 'MKCOL', path, repeat: 'safe' }, signal)
    if (answer.status >= 300 && answer.status !== 405)
      throw faultOf(session.host, answer, { doing: 'make the directory to sync with' })
    await answer.drop()
  }
}
