// Daemons in a mesh, for tests: paired as people do it, waited for, and found quiet.
import { expect } from 'vitest'
import { freePort } from '../interop/servers/program.ts'
import { type RunningDaemon, read, type Stage, until } from './daemon-process.ts'

export interface Side {
  readonly daemon: RunningDaemon
  readonly id: string
  readonly address: string
  readonly folder: string
}

/** A daemon with the folder `docs`, at the same port of the mesh whenever it is started again. */
export async function side(stage: Stage, name: string, listen?: string): Promise<Side> {
  const at = listen ?? `tcp://127.0.0.1:${await freePort()}`
  const daemon = await stage.start(name, ['--bep-listen', at])
  const { id, listening } = await daemon.client.devices.self()
  const folder = stage.at(`docs-${name}`)
  if ((await daemon.client.folders.list()).every(each => each.id !== 'docs'))
    await daemon.client.folders.add({ path: folder, id: 'docs' })
  await until(async () => (await daemon.client.folders.status('docs')).state === 'idle', 'the folder to open')
  return { daemon, id, address: listening[0] ?? '', folder }
}

export async function commanded(stage: Stage, { daemon }: Side, ...args: string[]): Promise<string> {
  const { status, out, err } = await stage.run(...args, '--home', daemon.home)
  expect(err).toBe('')
  expect(status).toBe(0)
  return out
}

/** Both know each other and share `docs`, as their users say it. Only one knows where the other is. */
export async function paired(stage: Stage, a: Side, b: Side): Promise<void> {
  await commanded(stage, a, 'device', 'add', b.id, '--name', 'other', '--address', b.address)
  await commanded(stage, b, 'device', 'add', a.id, '--name', 'other')
  await commanded(stage, a, 'share', 'docs', 'other')
  await commanded(stage, b, 'share', 'docs', 'other')
}

export const isThere = (text: string, ...files: string[]) =>
  until(() => files.every(file => read(file) === text), `'${text}' to be in ${files.join(' and ')}`)

/** Nothing is announced, transferred or told any more, for as long as it takes to be sure. */
export async function quiet(sides: readonly Side[], forMs = 3000): Promise<void> {
  let before = ''
  let since = performance.now()
  await until(
    async () => {
      const said = await Promise.all(
        sides.map(async ({ daemon }) => {
          const { devices, lastEventId } = await daemon.client.status()
          return [lastEventId, ...devices.map(({ inBytes, outBytes }) => [inBytes, outBytes])]
        }),
      )
      const now = JSON.stringify(said)
      if (now !== before) since = performance.now()
      before = now
      return performance.now() - since > forMs
    },
    'everything to be quiet',
    60_000,
  )
}
