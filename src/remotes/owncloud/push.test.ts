import { expect, test } from 'vitest'
import { SyncError } from '../../model/errors.ts'
import type { Ear, HttpClient } from '../http/message.ts'
import { hearPush } from './push.ts'

/** One line after the other, each told what happens on it; time passes only by waiting. */
function lines(...script: readonly ((ear: Ear) => unknown)[]) {
  const end = new AbortController()
  const asked: string[] = []
  const told: string[] = []
  const waits: number[] = []
  let now = 0
  const clock = {
    now: () => now,
    sleep: async (ms: number, signal: AbortSignal) => {
      signal.throwIfAborted()
      waits.push(ms)
      now += ms
    },
  }
  const client: Pick<HttpClient, 'base' | 'hear'> = {
    base: new URL('https://cloud.example.org'),
    async hear(path, ear) {
      asked.push(`${path} ${ear.greeting({ user: 'alice', password: 'secret' }).join(' ')}`)
      const line = script[asked.length - 1]
      if (line === undefined) return end.abort()
      const fault = await line(ear)
      throw fault instanceof Error ? fault : new SyncError('offline', 'It hung up.')
    },
  }
  const world = { clock, random: { below: () => 0, bytes: () => new Uint8Array() }, log: () => {} }
  const listen = (push: string | undefined) =>
    hearPush(
      { client: client as HttpClient, world, server: { push } },
      {
        onHearing: () => told.push('hearing'),
        onDeaf: () => told.push('deaf'),
        onChange: () => told.push('change'),
      },
      end.signal,
    ).catch(error => {
      if (!end.signal.aborted) throw error
    })
  return { asked, told, waits, listen, pass: (ms: number) => (now += ms) }
}

const PUSH = 'wss://cloud.example.org/push/ws'

test('changes are told of once the server knows who we are, and only those of files', async () => {
  const { asked, told, listen } = lines(({ onText }) => {
    for (const text of ['notify_file', 'authenticated', 'notify_file', 'notify_activity', 'notify_file_id [1,2]'])
      onText(text)
  })
  await listen(PUSH)
  expect(asked[0]).toBe('/push/ws alice secret')
  expect(told).toEqual(['hearing', 'change', 'change', 'deaf'])
})

test.each([
  'wss://elsewhere.example.org/push/ws',
  'wss://cloud.example.org:8443/push/ws',
  'https://cloud.example.org/push/ws',
  'nonsense',
  undefined,
])('a server that says %s is not listened to', async push => {
  const { asked, listen } = lines()
  await listen(push)
  expect(asked).toEqual([])
})

test('a line that ends again and again is tried less and less often', async () => {
  const hangsUp = ({ onText }: Ear) => onText('authenticated')
  const { waits, listen } = lines(...Array.from({ length: 12 }, () => hangsUp))
  await listen(PUSH)
  expect(waits.slice(0, 3)).toEqual([2000, 4000, 8000])
  expect(waits.at(-1)).toBe(600_000)
})

test('a line that held for a while is tried again soon', async () => {
  const bench = lines(
    () => {},
    () => {},
    ({ onText }) => {
      onText('authenticated')
      bench.pass(100_000)
    },
  )
  await bench.listen(PUSH)
  expect(bench.waits).toEqual([2000, 4000, 1000])
})

test('where we are not wanted, we do not ask again', async () => {
  const { asked, told, listen } = lines(() => new SyncError('untrusted', 'Another certificate.'))
  await listen(PUSH)
  expect(asked).toHaveLength(1)
  expect(told).toEqual([])
})

test('a refused password is asked about less and less often', async () => {
  const { told, waits, listen } = lines(
    ({ onText }) => onText('err: Invalid credentials'),
    ({ onText }) => onText('err: Invalid credentials'),
  )
  await listen(PUSH)
  expect(told).toEqual([])
  expect(waits).toEqual([2000, 4000])
})
