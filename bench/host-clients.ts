// The desktop clients' own programs, and ours, against the daemon as host: how long they take, and what they cost the host.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { openStage, type RunningDaemon, type Stage } from '../test/daemon/daemon-process.ts'
import { type Command, RealClient } from '../test/host/real-client.ts'
import { PASSWORD } from '../test/host/start-host.ts'
import type { Measured, Report, Setting } from './benchmark.ts'
import { inTurns } from './in-turns.ts'
import { measure } from './measure.ts'
import { costOf } from './running-cost.ts'
import { at } from './scale.ts'
import { syncline } from './syncline.ts'
import { copyTree, makeTree, settleDisk, type TreeShape } from './trees.ts'

const ACCOUNT = 'alice'
const LONGEST_S = 1800
const NOTE =
  "The times are the client's, start-up included, from or into an empty place each time; CPU and memory are the host's. `rclone serve webdav` cannot be put beside it: both desktop clients end at once, for want of `status.php` and of capabilities."

/** Syncs a place of its own with the account of a host. */
interface Client {
  readonly folder: string
  sync(url: URL): Promise<void>
  dispose(): void
}

export async function hostClients(setting: Setting): Promise<readonly Report[]> {
  const files = at(setting.scale, { small: 2, full: 20 })
  const megabytes = at(setting.scale, { small: 50, full: 500 })
  return [
    ...(await race(`${files * 100} files of 4 KiB`, { directories: files, filesEach: 100, bytesEach: 4096 }, setting)),
    ...(await race(
      `one file of ${megabytes} MB`,
      { directories: 1, filesEach: 1, bytesEach: megabytes * 1_000_000 },
      setting,
    )),
  ]
}

async function race(what: string, shape: TreeShape, setting: Setting): Promise<readonly Report[]> {
  const tree = join(setting.dir, `tree-${randomUUID()}`)
  makeTree(tree, shape)
  const clients: Readonly<Record<string, () => Client>> = {
    'syncline sync': () => ourClient(setting),
    nextcloudcmd: () => realClient('nextcloudcmd'),
    owncloudcmd: () => realClient('owncloudcmd'),
  }
  const up = async (make: () => Client): Promise<Turn> => {
    const turn = await begin(make)
    await copyTree(tree, join(turn.client.folder, 'tree'))
    return turn
  }
  const down = async (make: () => Client): Promise<Turn> => {
    const filled = await up(() => ourClient(setting))
    await filled.client.sync(filled.url)
    filled.client.dispose()
    return { ...filled, client: make() }
  }
  const reports: Report[] = []
  for (const [title, prepare] of Object.entries({ Up: up, Down: down })) {
    const notes = [NOTE]
    const contestants = Object.entries(clients).map(([name, make]) => contestant(name, () => prepare(make), setting))
    const results = await inTurns(contestants, setting)
    for (const [name, make] of Object.entries(clients)) notes.push(await requestsOf(name, await prepare(make)))
    reports.push({ title: `Clients of the host, ${title.toLowerCase()}: ${what}`, results, notes })
  }
  return reports
}

interface Turn {
  readonly stage: Stage
  readonly daemon: RunningDaemon
  readonly url: URL
  readonly client: Client
}

/** A host in which nothing is yet. */
async function begin(make: () => Client): Promise<Turn> {
  const stage = openStage()
  const daemon = await stage.start()
  await daemon.client.accounts.add({ name: ACCOUNT, password: PASSWORD })
  return { stage, daemon, url: new URL(daemon.url), client: make() }
}

function contestant(name: string, prepare: () => Promise<Turn>, { signal }: Setting) {
  let turn: Turn | undefined
  return {
    name,
    prepare: async () => {
      turn = await prepare()
      await settleDisk(signal)
    },
    run: () => run(turn as Turn),
  }
}

async function run({ stage, url, client }: Turn): Promise<Measured> {
  const before = await costOf(stage.root)
  const from = performance.now()
  await client.sync(url)
  const seconds = (performance.now() - from) / 1000
  const after = await costOf(stage.root)
  client.dispose()
  await stage[Symbol.asyncDispose]()
  return { seconds, cpuSeconds: after.cpuSeconds - before.cpuSeconds, peakBytes: after.peakBytes }
}

/** How many requests a client makes, and what a thousand of them cost: in a run of its own, because counting takes time. */
async function requestsOf(name: string, { stage, url, client }: Turn): Promise<string> {
  const { port, count, stop } = await counting(url)
  const before = await costOf(stage.root)
  await client.sync(new URL(`http://127.0.0.1:${port}/`))
  const { cpuSeconds } = await costOf(stage.root)
  client.dispose()
  await stop()
  await stage[Symbol.asyncDispose]()
  const each = ((cpuSeconds - before.cpuSeconds) * 1000) / count()
  return `${name} makes ${count()} requests; a thousand of them cost the host ${each.toFixed(2)} CPU-s.`
}

async function counting(to: URL) {
  let requests = 0
  const agent = new http.Agent({ keepAlive: true })
  const server = http.createServer((request, response) => {
    requests += 1
    const { method, url: path, headers } = request
    const onward = http.request(new URL(path ?? '/', to), { method, headers, agent }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = async () => {
    agent.destroy()
    server.closeAllConnections()
    server.close()
  }
  return { port: (server.address() as AddressInfo).port, count: () => requests, stop }
}

function realClient(command: Command): Client {
  const client = new RealClient(command)
  return {
    folder: client.folder,
    sync: async url => {
      const { code, said } = await client.sync(url.href, { seconds: LONGEST_S })
      if (code !== 0) throw new Error(`${command} ended with ${code}: ${said}`)
    },
    dispose: () => client.dispose(),
  }
}

function ourClient({ dir, signal }: Setting): Client {
  const folder = mkdtempSync(join(dir, 'folder-'))
  return {
    folder,
    sync: async url => {
      const { program, args, env } = syncline(folder, url.href)
      const command = { program, args: [...args, '--user', ACCOUNT], env: { ...env, SYNCLINE_PASSWORD: PASSWORD } }
      await measure(command, signal)
    },
    dispose: () => rmSync(folder, { recursive: true }),
  }
}
