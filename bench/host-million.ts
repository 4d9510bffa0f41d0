// What a daemon needs for a million files in one account: 100 clients at a time that list a directory of 10,000. `tsx bench/host-million.ts [COUNT]`
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dav } from '../src/wire/dav/names.ts'
import { writePropfind } from '../src/wire/dav/propfind.ts'
import { openStage } from '../test/daemon/daemon-process.ts'
import { head, type LoadRequest, load } from './load.ts'

const COUNT = Number(process.argv[2] ?? 1_000_000)
const IN_EACH = 10_000
const CLIENTS = 100
const PASSWORD = 'correct horse battery'
const FILL = fileURLToPath(new URL('fill-space.ts', import.meta.url))
const FEW = ['resourcetype', 'getlastmodified', 'getcontentlength', 'getetag'].map(dav)
const OC = ['id', 'fileid', 'permissions', 'size', 'checksums', 'favorite', 'owner-id'].map(
  local => `{http://owncloud.org/ns}${local}`,
)

await using stage = openStage()
const before = await stage.start('host')
const { id } = await before.client.accounts.add({ name: 'alice', password: PASSWORD })
await before.kill('SIGTERM')
const from = performance.now()
execFileSync(process.execPath, [
  '--import',
  'tsx',
  FILL,
  stage.at('host', 'host'),
  `home-${id}`,
  String(COUNT),
  String(IN_EACH),
])
console.log(`${COUNT} files put in ${Math.round((performance.now() - from) / 1000)} s`)
const daemon = await stage.start('host')
const url = new URL(`${daemon.url.replace(/\/*$/, '/')}remote.php/dav/files/alice/d0/`)
tell('when started')
await list('few properties', FEW, CLIENTS)
await list('what sync clients ask for', [...FEW, ...OC], CLIENTS)
await list('the same, twenty times each', [...FEW, ...OC], CLIENTS * 20)

async function list(what: string, properties: readonly string[], count: number): Promise<void> {
  const asked = Buffer.from(writePropfind(properties))
  const headers = {
    Depth: 1,
    'Content-Type': 'application/xml',
    'Content-Length': asked.length,
    Authorization: `Basic ${Buffer.from(`alice:${PASSWORD}`).toString('base64')}`,
  }
  const request: LoadRequest = { head: Buffer.concat([head('PROPFIND', url, headers), asked]) }
  const begun = performance.now()
  let left = count
  await load({ url, connections: CLIENTS, next: () => (left-- > 0 ? request : undefined) })
  tell(`${what}, ${count} listings in ${((performance.now() - begun) / 1000).toFixed(1)} s`)
}

function tell(what: string): void {
  const status = readFileSync(join('/proc', String(daemon.pid), 'status'), 'utf8')
  const mib = (name: string) => Math.round(Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1]) / 1024)
  console.log(`${what}: ${mib('VmRSS')} MiB, at most ${mib('VmHWM')} MiB`)
}
