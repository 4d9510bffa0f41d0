// Our own client hears from the host that something changed, without asking.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { httpClient } from '../../src/remotes/http/client.ts'
import { connectOwncloud } from '../../src/remotes/owncloud/connect.ts'
import { discoverOwncloud } from '../../src/remotes/owncloud/discover.ts'
import type { Replica } from '../../src/replica/replica.ts'
import { memoryOn, SIGNAL } from '../fakes/owncloud/bench.ts'
import { homeOf, putText } from './host-tree.ts'
import { PASSWORD, startHost, type TestHost } from './start-host.ts'

let host: TestHost
let replica: Replica
let hints: number
let onHint: () => void
let watching: Disposable | undefined

beforeEach(async () => {
  host = await startHost()
  const credentials = { kind: 'password', user: 'alice', password: PASSWORD } as const
  const client = httpClient({ base: new URL(host.url), credentials, world: host.world })
  const place = await discoverOwncloud(client, new URL(host.url), SIGNAL)
  if (place === undefined) throw new Error('the host is not found out')
  replica = await connectOwncloud({ client, place, world: host.world, memory: memoryOn(new Map()) })
  hints = 0
  onHint = () => {}
})
afterEach(async () => {
  watching?.[Symbol.dispose]()
  await replica.close()
  await host.stop()
})

/** The root is asked for at the start, and once more when the line stands. */
const asked = () => host.seen.filter(({ method, status }) => method === 'PROPFIND' && status === 207).length
async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + 60_000
  while (!isSo() && performance.now() < end) await host.world.clock.sleep(5, SIGNAL)
  expect(isSo()).toBe(true)
}
async function watch(): Promise<void> {
  const before = asked()
  watching = replica.watch?.(
    () => {
      hints += 1
      onHint()
    },
    error => expect.unreachable(error.message),
  )
  await until(() => asked() === before + 2)
}

test('a change of somebody else is a hint, and costs no question', async () => {
  await watch()
  const before = asked()
  const heard = new Promise<void>(resolve => {
    onHint = resolve
  })
  await putText(await homeOf(host), 'file.txt', 'text')
  await heard
  expect(asked()).toBe(before)
})

test('a host that was started again is listened to again, and what was missed is noticed', async () => {
  await watch()
  await host.restart()
  await putText(await homeOf(host), 'missed.txt', 'text')
  await until(() => hints > 0)
  // By the first question on the new line, at the latest.
  await until(() => host.seen.filter(({ method }) => method === 'PROPFIND').length >= 3)
  const before = hints
  await putText(await homeOf(host), 'heard.txt', 'text')
  await until(() => hints > before)
})

test('a storm of changes costs a few looks', async () => {
  await watch()
  const home = await homeOf(host)
  const from = performance.now()
  for (let i = 0; i < 300; i += 1) await putText(home, `file-${i}.txt`, 'text')
  await until(() => hints > 0)
  // A burst of twenty, and two each second.
  expect(hints).toBeLessThanOrEqual(22 + (performance.now() - from) / 500)
})
