// A collection on any WebDAV server, as a replica.
import type { Stamp } from '../../model/entry.ts'
import { asReplicaError, SyncError } from '../../model/errors.ts'
import { type Path, type Place, parsePath } from '../../model/path.ts'
import type { World } from '../../platform/world.ts'
import type { Memory, Replica, Source } from '../../replica/replica.ts'
import { type Segments, segmentsOfUrl, writeHref } from '../../wire/dav/hrefs.ts'
import type { HttpClient } from '../http/message.ts'
import { capabilitiesOf, PARALLEL } from './capabilities.ts'
import { commitAll, commitOne } from './commit.ts'
import { tryMany } from './many.ts'
import { type Leftover, listPlace, type Observer, observe } from './observe.ts'
import { probeTraits } from './probe.ts'
import type { Committer } from './put.ts'
import { readFile } from './read.ts'
import { entryOf, type Listed, lookAt, propfind, type Site } from './site.ts'
import { discardStaged, discardUpload, stageSource, type Waiting } from './stage.ts'
import { CAUTIOUS, recallTraits, rememberTraits, type Traits } from './traits.ts'

export interface WebdavOptions {
  readonly client: HttpClient
  /** The collection, on the client's server. */
  readonly root: URL
  readonly world: World
  readonly memory: Memory
  /** `read-only`: nothing is ever written there, not even to find out what the server can do. */
  readonly mode: 'read-only' | 'read-write'
  /** Gives up connecting. */
  readonly signal?: AbortSignal
}

const NEVER = new AbortController().signal
const LEFTOVER_MS = 24 * 60 * 60 * 1000
const MAX_WROTE = 20_000

/**
 * Opens the collection at `root` and asks it, once, whether it is there. Throws `wrong-place` when it is not, `protocol` when that is
 * no WebDAV. A server that is to be written to has its ways tried with files named `.syncline-probe-…` in the root, and remembered. That
 * goes on after connecting, so that the folder can be looked at meanwhile.
 */
export async function connectWebdav(options: WebdavOptions): Promise<Replica> {
  const { client, root, world, memory, mode, signal = NEVER } = options
  const asked = segmentsOfUrl(root.pathname)
  if (asked === undefined || root.origin !== client.base.origin)
    throw new SyncError('usage', `${root.origin}${root.pathname} cannot be the address of a directory.`)
  const listed = await findRoot(client, asked, signal).catch((error: unknown) => {
    throw asReplicaError(error)
  })
  const site: Site = { client, world, asked, shown: shownBy(listed) ?? asked }
  const fingerprint = `${listed.answer.headers['server'] ?? ''} ${listed.answer.headers['dav'] ?? ''}`
  const session = sessionOf(options, site, fingerprint, recallTraits(memory, fingerprint))
  const tried = mode === 'read-write' ? tryOut(session, signal) : Promise.resolve()
  // Whoever observes is told.
  tried.catch(() => {})
  return replicaOf(options, session, tried)
}

/** A server that refuses to be tried may still be read from: nothing is known of it then, and the first write tries again. */
async function tryOut({ site, ready }: Session, signal: AbortSignal): Promise<void> {
  try {
    await ready(signal)
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof SyncError)) throw error
    site.world.log('debug', 'the server refused to be tried out', { host: site.client.base.host, error: error.message })
  }
}

async function findRoot(client: HttpClient, asked: Segments, signal: AbortSignal): Promise<Listed> {
  const failed = { doing: 'show the directory' }
  const listed = await propfind(client, `${writeHref(asked)}/`, '0', failed, signal)
  const root = listed?.responses[0] === undefined ? undefined : entryOf(listed.responses[0])
  if (listed !== undefined && root?.kind === 'directory') return listed
  throw new SyncError('wrong-place', `There is no directory /${asked.join('/')} on ${client.base.host}.`)
}

/** The server's own spelling of the way to the root, where a proxy shows it under another one. */
function shownBy({ responses }: Listed): Segments | undefined {
  return responses.length === 1 && responses[0]?.href.includes('/') ? segmentsOfUrl(responses[0].href) : undefined
}

interface Session {
  readonly site: Site
  readonly waiting: Waiting
  readonly observer: Observer
  known(): Traits
  /** The traits, found out if need be. Throws in a read-only session. */
  ready(signal: AbortSignal): Promise<Traits>
  committer(traits: Traits): Committer
}

function sessionOf(options: WebdavOptions, site: Site, fingerprint: string, recalled: Traits | undefined): Session {
  let traits = recalled
  let readying: Promise<Traits> | undefined
  let leftovers: readonly Leftover[] = []
  const waiting: Waiting = new Map()
  const wrote = new Map<Path, Stamp>()
  const counts = new Map<Place, number>()

  const observer: Observer = {
    site,
    precise: () => traits?.precise === true,
    wrote: (path, stamp) => wrote.get(path) === stamp,
    listed(place, children, ours) {
      counts.set(place, children)
      if (place === '') leftovers = ours
    },
  }

  async function makeReady(signal: AbortSignal): Promise<Traits> {
    await sweep(site, leftovers, signal)
    leftovers = []
    if (traits === undefined) {
      traits = await probeTraits(site, options.memory, signal)
      rememberTraits(options.memory, fingerprint, traits)
    }
    return traits
  }

  return {
    site,
    waiting,
    observer,
    known: () => traits ?? CAUTIOUS,
    ready(signal) {
      if (options.mode === 'read-only') return Promise.reject(readOnly(site))
      if (traits !== undefined && leftovers.length === 0) return Promise.resolve(traits)
      readying ??= makeReady(signal).finally(() => {
        readying = undefined
      })
      return readying
    },
    committer: found => ({
      site,
      traits: found,
      waiting,
      parents: new Map(),
      wrote(path, stamp) {
        if (wrote.size >= MAX_WROTE) wrote.clear()
        wrote.set(path, stamp)
      },
      list: (place, signal) => listPlace(observer, place, signal),
      childrenOf: place => counts.get(place) ?? 0,
    }),
  }
}

function readOnly(site: Site): SyncError {
  return new SyncError('denied', `${site.client.base.host} is only read from, as you asked.`)
}

/** Removes what earlier runs left in the root, once it is old enough to be nobody's work. */
async function sweep(site: Site, leftovers: readonly Leftover[], signal: AbortSignal): Promise<void> {
  for (const { name, ageMs } of leftovers) {
    const path = parsePath(name)
    if (path !== undefined && ageMs !== undefined && ageMs > LEFTOVER_MS) await discardUpload(site, path, signal)
  }
}

function replicaOf({ client, root }: WebdavOptions, session: Session, tried: Promise<void>): Replica {
  const { site, waiting, observer } = session
  const stage = async (source: Source, signal: AbortSignal) =>
    stageSource(site, await session.ready(signal), waiting, source, signal)
  return {
    id: `webdav:${root.origin}${writeHref(site.asked)}/`,
    label: `${root.host}${writeHref(site.asked)}/`,
    get can() {
      return capabilitiesOf(session.known())
    },
    async *observe(seen, signal) {
      // What names it can hold has to be known to the first plan.
      await tried
      yield* observe(observer, seen, signal)
    },
    look: (path, signal) => lookAt(site, path, signal),
    read: (path, expect, from, signal, chunks) => readFile(site, { path, stamp: expect, from, chunks }, signal),
    readMany: (wanted, signal) =>
      tryMany(wanted, PARALLEL, signal, ({ path, expect }) =>
        collect(readFile(site, { path, stamp: expect, from: 0 }, signal)),
      ),
    stage: (source, _, signal) => stage(source, signal),
    stageMany: (sources, signal) => tryMany(sources, PARALLEL, signal, source => stage(source, signal)),
    discard: (staged, signal) => discardStaged(site, waiting, staged, signal),
    commit: async (change, signal) => commitOne(session.committer(await session.ready(signal)), change, signal),
    commitMany: async (changes, signal) => commitAll(session.committer(await session.ready(signal)), changes, signal),
    // A server answers when it has what it was given; there is nothing of ours to make durable.
    flush: async () => {},
    async close() {
      // What it was tried with is to be removed again, and remembered until then.
      await Promise.allSettled([tried])
      await client.close()
    },
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}
