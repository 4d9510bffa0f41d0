// Figures that depend on the machine, so no test: how soon an edit is seen elsewhere, and what ten idle folders cost.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStage, type RunningDaemon, read, settled, until, write } from './daemon-process.ts'

const NO_SIGNAL = new AbortController().signal

await latency()
await hostLatency()
await meshLatency()
await idle()

/** Edit in folder A, through a shared directory, visible in folder B. */
async function latency(): Promise<void> {
  await using stage = openStage()
  const daemons = [await stage.start('a'), await stage.start('b')]
  for (const [n, { client }] of daemons.entries()) {
    await client.folders.add({ path: stage.at(`docs-${n}`), id: 'docs' })
    await until(async () => (await client.folders.status('docs')).state === 'idle', 'the folder')
    await client.remotes.add('docs', { address: stage.at('shared'), id: 'shared' }, NO_SIGNAL)
    await settled(client)
  }
  await tellEdits('an edit is seen in the other folder', stage.at('docs-0', 'file.txt'), stage.at('docs-1', 'file.txt'))
}

/** Edit in folder A, through an account of a third daemon, visible in folder B. */
async function hostLatency(): Promise<void> {
  await using stage = openStage()
  const host = await stage.start('host')
  await host.client.accounts.add({ name: 'alice', password: 'correct horse battery' })
  for (const name of ['a', 'b']) {
    const { client } = await stage.start(name)
    await client.folders.add({ path: stage.at(`docs-${name}`), id: 'docs' })
    await until(async () => (await client.folders.status('docs')).state === 'idle', 'the folder')
    const address = `${host.url.replace(/\/$/, '')}/remote.php/dav/files/alice`
    await client.remotes.add('docs', { address, user: 'alice', password: 'correct horse battery' }, NO_SIGNAL)
    await settled(client)
  }
  await tellEdits(
    'an edit is seen in the other folder, through a host,',
    stage.at('docs-a', 'file.txt'),
    stage.at('docs-b', 'file.txt'),
  )
}

/** Edit on one device, visible on the other. */
async function meshLatency(): Promise<void> {
  await using stage = openStage()
  const sides: { daemon: RunningDaemon; id: string; addresses: string[] }[] = []
  for (const name of ['a', 'b']) {
    const daemon = await stage.start(name)
    await daemon.client.folders.add({ path: stage.at(`docs-${name}`), id: 'docs' })
    const { id, listening } = await daemon.client.devices.self()
    sides.push({ daemon, id, addresses: [...listening] })
  }
  for (const [n, { daemon }] of sides.entries()) {
    const other = sides[1 - n]
    if (other === undefined) continue
    await daemon.client.devices.add({ id: other.id, addresses: other.addresses })
    await daemon.client.devices.share('docs', other.id)
  }
  for (const { daemon } of sides) await settled(daemon.client)
  await tellEdits('an edit is seen on the other device', stage.at('docs-a', 'file.txt'), stage.at('docs-b', 'file.txt'))
}

/** Fifty edits of the file `here`, each awaited in the file `there`. */
async function tellEdits(what: string, here: string, there: string): Promise<void> {
  const times: number[] = []
  for (let i = 0; i < 50; i += 1) {
    const from = performance.now()
    write(here, `text ${i}`)
    while (read(there) !== `text ${i}`) await sleep(2)
    times.push(performance.now() - from)
    await sleep(300)
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => Math.round(times[Math.floor(share * (times.length - 1))] ?? 0)
  console.log(`${what} after ${at(0.5)} ms (median), ${at(0.9)} ms (nine of ten)`)
}

async function idle(): Promise<void> {
  await using stage = openStage()
  const daemon = await stage.start()
  for (let i = 0; i < 10; i += 1) {
    await daemon.client.folders.add({ path: stage.at(`docs-${i}`), id: `docs-${i}` })
    write(stage.at(`docs-${i}`, 'file.txt'), 'x')
    await until(async () => (await daemon.client.folders.status(`docs-${i}`)).state === 'idle', 'the folder')
    await daemon.client.remotes.add(`docs-${i}`, { address: stage.at(`remote-${i}`), id: 'r' }, NO_SIGNAL)
  }
  await settled(daemon.client)
  await sleep(3000)
  const before = ticksOf(daemon)
  await sleep(30_000)
  const { cpuMs, wakeups } = ticksOf(daemon)
  console.log(
    `ten idle folders: ${cpuMs - before.cpuMs} ms of processor time and ${wakeups - before.wakeups} wake-ups in 30 s`,
  )
}

function ticksOf({ pid }: RunningDaemon): { readonly cpuMs: number; readonly wakeups: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * 10,
    wakeups: Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]),
  }
}
