// What devices say of folders, in whichever order it comes.
import { expect, test } from 'vitest'
import { bytesOfKey, type DeviceKey, deviceKeyOf } from '../../wire/bep/device-key.ts'
import type { Index, Message } from '../../wire/bep/messages.ts'
import { BepFault } from '../../wire/bep/protobuf.ts'
import { Mesh, type MeshChannel } from './mesh.ts'
import type { MeshFolder } from './mesh-folder.ts'

const [US, THEM] = [deviceKeyOf(new Uint8Array(32).fill(1)), deviceKeyOf(new Uint8Array(32).fill(2))]

function connected() {
  const done: string[] = []
  let tell: (message: Message) => unknown = () => undefined
  const folder = {
    id: 'docs',
    isSharedWith: () => true,
    clusterFolder: () => ({}),
    join: () => done.push('joined'),
    leave: () => done.push('left'),
    hear: (_: DeviceKey, { type }: Index) => done.push(type),
  }
  const channel = {
    send: async () => {},
    start: (receive: typeof tell) => {
      tell = receive
    },
    ended: new Promise(() => {}),
  }
  const mesh = new Mesh({ self: US, onOffered: () => {} })
  mesh.addFolder(folder as unknown as MeshFolder)
  mesh.connect(THEM, channel as unknown as MeshChannel)
  const shares = (ids: readonly string[]) => {
    const devices = [US, THEM].map(key => ({ id: bytesOfKey(key) }))
    tell({ type: 'cluster-config', secondary: false, folders: ids.map(id => ({ id, devices })) } as unknown as Message)
  }
  const index = (type: Index['type']) => tell({ type, folder: 'docs', files: [] } as unknown as Message)
  return { done, shares, index }
}

test('what a device tells of a folder before it tells that it shares it is heard once it does', () => {
  const { done, shares, index } = connected()
  shares([])
  index('index')
  index('index-update')
  expect(done).toEqual([])
  shares(['docs'])
  expect(done).toEqual(['joined', 'index', 'index-update'])
})

test('a device that tells and tells of what it does not share is not listened to', () => {
  const { shares, index } = connected()
  shares([])
  expect(() => {
    for (let n = 0; n < 100; n += 1) index('index-update')
  }).toThrow(BepFault)
})
