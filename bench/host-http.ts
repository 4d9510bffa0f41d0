// Our WebDAV server beside others: many small requests on 16 connections, and one large file.
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { dav } from '../src/wire/dav/names.ts'
import { writePropfind } from '../src/wire/dav/propfind.ts'
import { startApache } from '../test/interop/servers/apache.ts'
import type { NotInstalled, RunningServer } from '../test/interop/servers/program.ts'
import { startRclone } from '../test/interop/servers/rclone.ts'
import type { Measured, Report, Setting } from './benchmark.ts'
import { inTurns } from './in-turns.ts'
import { head, type LoadRequest, load } from './load.ts'
import { startOwnHost } from './own-host.ts'
import { costOf } from './running-cost.ts'
import { startSabreFpm } from './sabre-fpm.ts'
import { at } from './scale.ts'
import { settleDisk } from './trees.ts'

const SERVERS: readonly (readonly [string, (dir: string) => Promise<RunningServer | NotInstalled>])[] = [
  ['syncline', startOwnHost],
  ['Apache mod_dav', startApache],
  // As it is when nobody says otherwise.
  ['rclone serve webdav', dir => startRclone(dir, '5m0s')],
  ['sabre/dav, php-fpm, nginx', startSabreFpm],
]
const CONNECTIONS = 16
const SMALL = 4096
const UNCHANGED =
  'Nothing happens in the directory between the listings: syncline reads and writes it once, and then only looks whether anything has changed.'
const MIB = 1024 * 1024

interface Server extends RunningServer {
  readonly name: string
  readonly dir: string
}

/** What is asked, `count` times: requests or mebibytes. */
interface Task {
  readonly title: string
  readonly unit: string
  readonly count: number
  readonly connections: number
  readonly requests: (url: URL, count: number) => Iterable<LoadRequest>
  readonly note?: string
}

export async function hostHttp(setting: Setting): Promise<readonly Report[]> {
  const servers = await startAll(setting.dir)
  try {
    for (const { url } of servers) await fill(url)
    const reports: Report[] = []
    for (const task of tasksOf(setting)) reports.push(await race(task, servers, setting))
    return reports
  } finally {
    for (const server of servers) await server.stop()
  }
}

async function startAll(dir: string): Promise<readonly Server[]> {
  const servers: Server[] = []
  for (const [name, start] of SERVERS) {
    const own = await mkdtemp(join(dir, 'server-'))
    const server = await start(own)
    if ('missing' in server) console.log(`  ${name} needs ${server.missing}`)
    else servers.push({ name, dir: own, ...server })
  }
  return servers
}

function tasksOf({ scale }: Setting): readonly Task[] {
  const many = { unit: 'requests', connections: CONNECTIONS }
  const mebibytes = at(scale, { small: 64, full: 1024 })
  const large = { unit: 'MiB', connections: 1, count: mebibytes }
  const count = (small: number, full: number) => at(scale, { small, full })
  return [
    { ...many, title: 'PROPFIND, depth 1, of 1,000 files', count: count(30, 400), requests: listings, note: UNCHANGED },
    { ...many, title: 'GET of 4 KiB', count: count(2000, 20_000), requests: downloads },
    { ...many, title: 'PUT of 4 KiB', count: count(300, 4000), requests: uploads },
    { ...large, title: `PUT of ${mebibytes} MiB`, requests: largeUpload },
    { ...large, title: `GET of ${mebibytes} MiB`, requests: largeDownload },
  ]
}

async function race(task: Task, servers: readonly Server[], setting: Setting): Promise<Report> {
  console.log(task.title)
  const results = await inTurns(
    servers.map(server => ({
      name: server.name,
      prepare: () => settleDisk(setting.signal),
      run: () => run(task, server),
    })),
    setting,
  )
  return {
    title: `Host: ${task.title}`,
    amount: { count: task.count, unit: task.unit },
    results,
    notes: [
      `${task.connections} connections. CPU and memory are the server's, all of its processes.`,
      ...(task.note === undefined ? [] : [task.note]),
    ],
  }
}

async function run({ count, connections, requests }: Task, { url, dir }: Server): Promise<Measured> {
  const before = await costOf(dir)
  const from = performance.now()
  await send(url, connections, requests(url, count))
  const seconds = (performance.now() - from) / 1000
  const after = await costOf(dir)
  return { seconds, cpuSeconds: after.cpuSeconds - before.cpuSeconds, peakBytes: after.peakBytes }
}

async function send(url: URL, connections: number, requests: Iterable<LoadRequest>): Promise<void> {
  const all = requests[Symbol.iterator]()
  await load({ url, connections, next: () => all.next().value as LoadRequest | undefined })
}

const FILES = 1000
const ASKED = Buffer.from(writePropfind(['resourcetype', 'getlastmodified', 'getcontentlength', 'getetag'].map(dav)))

async function fill(url: URL): Promise<void> {
  const directories = ['small', 'put'].map(name => ({
    head: head('MKCOL', new URL(name, url), { 'Content-Length': 0 }),
  }))
  await send(url, 1, directories)
  const files = Array.from({ length: FILES }, (_, i) => smallUpload(new URL(`small/file-${i}.txt`, url)))
  await send(url, CONNECTIONS, files)
}

function* listings(url: URL, count: number): Generator<LoadRequest> {
  const headers = { Depth: 1, 'Content-Type': 'application/xml', 'Content-Length': ASKED.length }
  const bytes = Buffer.concat([head('PROPFIND', new URL('small/', url), headers), ASKED])
  for (let i = 0; i < count; i += 1) yield { head: bytes }
}

function* downloads(url: URL, count: number): Generator<LoadRequest> {
  const all = Array.from({ length: FILES }, (_, i) => head('GET', new URL(`small/file-${i}.txt`, url)))
  for (let i = 0; i < count; i += 1) yield { head: all[(i * 7919) % FILES] as Buffer }
}

// Names go on from run to run: each file is a new one, with a content that nobody has.
let made = 0

function* uploads(url: URL, count: number): Generator<LoadRequest> {
  for (let i = 0; i < count; i += 1) yield smallUpload(new URL(`put/file-${made}.bin`, url))
}

function smallUpload(url: URL): LoadRequest {
  made += 1
  const bytes = Buffer.alloc(SMALL, made % 251)
  bytes.writeUInt32LE(made, 0)
  return { head: Buffer.concat([head('PUT', url, { 'Content-Length': SMALL }), bytes]) }
}

function* largeUpload(url: URL, mebibytes: number): Generator<LoadRequest> {
  made += 1
  yield {
    head: head('PUT', new URL('large.bin', url), { 'Content-Length': mebibytes * MIB }),
    body: pieces(mebibytes, made),
  }
}

function* pieces(count: number, seed: number): Generator<Buffer> {
  for (let i = 0; i < count; i += 1) {
    const piece = Buffer.alloc(MIB, (seed + i) % 251)
    piece.writeUInt32LE(seed, 0)
    piece.writeUInt32LE(i, 4)
    yield piece
  }
}

function* largeDownload(url: URL): Generator<LoadRequest> {
  yield { head: head('GET', new URL('large.bin', url)) }
}
