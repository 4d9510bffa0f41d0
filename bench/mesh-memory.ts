// What a daemon needs for a large folder in a mesh: `tsx bench/mesh-memory.ts [FILES] [IDLE-SECONDS]`. The other device is away, so all of it is announced to nobody yet.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FolderStatus } from '../src/api/shapes/status.ts'
import { openIdentity } from '../src/bep/identity.ts'
import { openStage, type RunningDaemon } from '../test/daemon/daemon-process.ts'

const COUNT = Number(process.argv[2] ?? 300_000)
const IDLE_S = Number(process.argv[3] ?? 60)
const IN_EACH = 100

await using stage = openStage()
const root = stage.at('folder')
for (let d = 0; d < COUNT / IN_EACH; d += 1) {
  mkdirSync(join(root, `d${d}`), { recursive: true })
  for (let f = 0; f < IN_EACH; f += 1) writeFileSync(join(root, `d${d}`, `file number ${f}.txt`), `${d} ${f}`)
}
const daemon = await stage.start('a')
tell('started', daemon)
await daemon.client.folders.add({ path: root, id: 'docs' })
await until(daemon, ({ state }) => state === 'idle')
tell('scanned', daemon)
await sleep(10_000)
tell('ten seconds later', daemon)
mkdirSync(stage.at('away'))
const { device } = await openIdentity(stage.at('away'))
await daemon.client.devices.add({ id: device })
await daemon.client.devices.share('docs', device)
await until(daemon, ({ remotes: [mesh] }) => mesh?.lastRun !== undefined)
tell('announced', daemon)
await sleep(10_000)
tell('ten seconds later', daemon)
const before = cpuMs(daemon)
await sleep(IDLE_S * 1000)
tell(`idle for ${IDLE_S} s, of which ${cpuMs(daemon) - before} ms of processor time`, daemon)
await daemon.kill('SIGTERM')
const again = await stage.start('a')
await until(again, ({ remotes: [mesh] }) => mesh?.lastRun !== undefined)
tell('started again', again)
await sleep(10_000)
tell('ten seconds later', again)

/** A daemon that is busy may close a connection that it has not come to for seconds. */
async function until({ client }: RunningDaemon, isSo: (status: FolderStatus) => boolean): Promise<void> {
  for (;;) {
    const status = await client.folders.status('docs').catch(() => undefined)
    if (status !== undefined && isSo(status)) return
    await sleep(500)
  }
}

function cpuMs({ pid }: RunningDaemon): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** The most since it was told the last time. */
function tell(what: string, of: RunningDaemon): void {
  const status = readFileSync(`/proc/${of.pid}/status`, 'utf8')
  const mib = (name: string) => Math.round(Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1]) / 1024)
  const cpu = (cpuMs(of) / 1000).toFixed(1)
  console.log(`${what}: ${mib('VmRSS')} MiB, at most ${mib('VmHWM')} MiB, ${cpu} CPU-s since the start`)
  writeFileSync(`/proc/${of.pid}/clear_refs`, '5')
}
