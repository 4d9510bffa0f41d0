// What happens to devices and connections: killed, cut, robbed of their memory, out of each other's reach. Afterwards all is equal and at rest.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { DeviceKey } from '../../src/wire/bep/device-key.ts'
import { freePort, startProgram } from '../interop/servers/program.ts'
import { describePeer } from '../peers.ts'
import { CuttingProxy } from './cutting-proxy.ts'
import { MeshDevice } from './device.ts'
import {
  clearAwayAfterEach,
  lookAtDisks,
  onEnd,
  ours,
  pairWith,
  place,
  shareFrom,
  theirs,
  tree,
  until,
  untilSettled,
  write,
} from './sharing.ts'

clearAwayAfterEach()

const TEST_MS = 400_000
const MiB = 1024 * 1024

function fillLarge(root: string, name: string, megabytes: number): void {
  write(root, name, randomBytes(megabytes * MiB))
}

const namesOf = (root: string) => Object.keys(tree(root))
const conflictsIn = (root: string) => readdirSync(root).filter(name => name.includes('sync-conflict'))

describePeer('memory that is lost', ['syncthing'], () => {
  test(
    'a database that syncthing starts anew makes nothing move, and what changed meanwhile travels',
    async () => {
      const [a, b] = await pairWith((root, at) => {
        for (let i = 0; i < 30; i += 1) write(root, `${at}/${i}`, `${at} ${i}`)
        write(root, 'deleted by ours', 'gone soon')
      })
      await untilSettled([a, b], { isSo: () => namesOf(a.root).length === 63 })
      await b.syncthing.stop()
      writeFileSync(join(a.root, 'ours/0'), 'changed by ours')
      writeFileSync(join(b.root, 'theirs/0'), 'changed by theirs')
      a.hint()
      b.syncthing.resetDatabase()
      await b.syncthing.restart()
      await untilSettled([a, b], {
        isSo: () =>
          readFileSync(join(a.root, 'theirs/0'), 'utf8').includes('changed') &&
          readFileSync(join(b.root, 'ours/0'), 'utf8').includes('changed'),
      })
      expect(namesOf(a.root).filter(name => name.includes('sync-conflict')).length).toBeLessThanOrEqual(1)
    },
    TEST_MS,
  )

  test(
    'an index of ours that is lost makes nothing move, and deletes nothing',
    async () => {
      const directory = place()
      const [first, b] = [await MeshDevice.start({ directory, name: 'a' }), await theirs()]
      for (let i = 0; i < 30; i += 1) write(first.root, `${i}`, `${i}`)
      await shareFrom(b, [first])
      first.share([b])
      await untilSettled([first, b], { isSo: () => namesOf(b.root).length === 30 })
      await first.stop()
      for (const name of readdirSync(join(first.root, '.syncline')))
        if (name.startsWith('index.db')) rmSync(join(first.root, '.syncline', name))
      writeFileSync(join(first.root, '1'), 'changed by ours')
      const a = await ours('a', { directory, listen: first.address })
      writeFileSync(join(b.root, '2'), 'changed by theirs')
      a.share([b])
      await lookAtDisks([b])
      await untilSettled([a, b], {
        isSo: () =>
          readFileSync(join(b.root, '1'), 'utf8') === 'changed by ours' &&
          readFileSync(join(a.root, '2'), 'utf8') === 'changed by theirs',
      })
      for (let i = 3; i < 30; i += 1) expect(readFileSync(join(a.root, `${i}`), 'utf8')).toBe(`${i}`)
    },
    TEST_MS,
  )
})

const PROCESS = fileURLToPath(new URL('./device-process.ts', import.meta.url))

describePeer('a process that is killed', ['syncthing'], () => {
  test(
    'ours, in the middle of what it fetches and gives, goes on where it was',
    async () => {
      const directory = place()
      const b = await theirs()
      const identity = await MeshDevice.start({ directory, name: 'killed' })
      await identity.stop()
      await shareFrom(b, [identity])
      fillLarge(b.root, 'large of theirs', 60)
      fillLarge(identity.root, 'large of ours', 60)
      for (let i = 0; i < 1000; i += 1) {
        write(b.root, `theirs/${i}`, `theirs ${i}`)
        write(identity.root, `ours/${i}`, `ours ${i}`)
      }
      await lookAtDisks([b])
      const run = async (ms: number) => {
        const args = ['--import', 'tsx', PROCESS, directory, identity.address, b.device, b.address]
        const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
        onEnd(() => child.kill('SIGKILL'))
        for await (const _ of createInterface({ input: child.stdout as NodeJS.ReadableStream })) break
        await sleep(ms)
        const gone = new Promise(resolve => child.once('exit', resolve))
        child.kill('SIGKILL')
        await gone
      }
      for (const ms of [300, 600, 900, 1200]) await run(ms)
      const a = await ours('killed', { directory, listen: identity.address })
      a.share([b])
      await untilSettled([a, b], { isSo: () => namesOf(a.root).length === 2004 })
      expect(conflictsIn(a.root)).toEqual([])
    },
    TEST_MS,
  )

  test(
    'theirs, in the middle of what it fetches and gives, costs nothing but time',
    async () => {
      const [a, b] = await pairWith((root, at) => {
        fillLarge(root, `large of ${at}`, 60)
        for (let i = 0; i < 1000; i += 1) write(root, `${at}/${i}`, `${at} ${i}`)
      })
      for (const ms of [500, 1000, 1500]) {
        await sleep(ms)
        await b.syncthing.kill()
        await b.syncthing.restart()
      }
      await untilSettled([a, b], { isSo: () => namesOf(a.root).length === 2004 })
      expect(conflictsIn(a.root)).toEqual([])
    },
    TEST_MS,
  )
})

describePeer('a connection', ['syncthing'], () => {
  test(
    'that is cut every second brings everything over, a little each time',
    async () => {
      const [a, b] = await Promise.all([
        ours('a'),
        theirs({ options: { maxSendKbps: 16_000, maxRecvKbps: 16_000, limitBandwidthInLan: true } }),
      ])
      const proxy = await CuttingProxy.start(b.address)
      onEnd(() => proxy.stop())
      fillLarge(a.root, 'large of ours', 30)
      fillLarge(b.root, 'large of theirs', 30)
      // Only we call, and only through the proxy.
      await shareFrom(b, [{ device: a.device, address: 'tcp://127.0.0.1:9' }])
      a.share([{ device: b.device, address: proxy.address }])
      proxy.cutEvery(1000)
      const knock = setInterval(() => a.network.hint(b.device as DeviceKey), 100)
      onEnd(() => clearInterval(knock))
      await until(
        'both are there',
        () => [a, b].every(({ root }) => namesOf(root).length === 2),
        () => [namesOf(a.root), namesOf(b.root), proxy.cuts, a.problems, a.last],
      )
      expect(proxy.cuts).toBeGreaterThan(2)
      proxy.leaveAlone()
      await untilSettled([a, b])
    },
    TEST_MS,
  )
})

describePeer('devices that reach each other only through a relay', ['syncthing', 'strelaysrv'], () => {
  test(
    'share a folder all the same',
    async () => {
      const port = await freePort()
      const args = [`-keys=${place()}`, '-pools=', `-listen=127.0.0.1:${port}`, '-status-srv=']
      onEnd(await startProgram({ command: 'strelaysrv', args, port }))
      const at = `relay://127.0.0.1:${port}/`
      const [a, b] = await Promise.all([
        ours('a', { listen: at }),
        theirs({ listen: at, options: { relaysEnabled: true } }),
      ])
      write(a.root, 'from ours', randomBytes(3 * MiB))
      write(b.root, 'from theirs', randomBytes(3 * MiB))
      await shareFrom(b, [{ device: a.device, address: at }])
      a.share([{ device: b.device, address: at }])
      await untilSettled([a, b], { isSo: () => namesOf(a.root).length === 2 && namesOf(b.root).length === 2 })
      expect(a.network.connection(b.device as DeviceKey)?.way).toBe('relay')
    },
    TEST_MS,
  )
})

const ON_THEIR_OWN = fileURLToPath(new URL('./lan-process.ts', import.meta.url))
const NETWORK = [
  'ip link set lo up',
  'ip link add lan type veth peer name other',
  'ip addr add 10.77.0.1/24 broadcast + dev lan',
  'ip link set lan up',
  'ip link set other up',
].join(' && ')

describePeer('devices that know nothing but each other’s ids', ['syncthing', 'unshare', 'ip'], () => {
  test(
    'find each other on a local network',
    async () => {
      const script = `${NETWORK} && exec "$0" --import tsx "$1" "$2"`
      const args = ['--user', '--map-root-user', '--net', 'sh', '-c', script, process.execPath, ON_THEIR_OWN, place()]
      const child = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'inherit'] })
      onEnd(() => child.kill('SIGKILL'))
      const said: string[] = []
      for await (const line of createInterface({ input: child.stdout })) said.push(line)
      expect(said).toEqual(['equal'])
    },
    TEST_MS,
  )
})
