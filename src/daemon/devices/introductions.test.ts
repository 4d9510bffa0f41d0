import { expect, test } from 'vitest'
import { bytesOfKey, type DeviceKey, deviceKeyOf } from '../../wire/bep/device-key.ts'
import { type ClusterFolder, NO_DEVICE } from '../../wire/bep/messages.ts'
import type { Config, DeviceConfig } from '../config/config.ts'
import { draftOf } from '../config/config-draft.ts'
import { readConfig } from '../config/read-config.ts'
import { introduce, introductionsOf, isNothing, MAX_DEVICES } from './introductions.ts'

const key = (n: number): DeviceKey => deviceKeyOf(Buffer.alloc(32, n))
const [SELF, ANNA, BEN, CARL] = [key(1), key(2), key(3), key(4)]

const BEFORE = `
devices:
  ${ANNA}: { name: anna, introducer: true }
folders:
  docs: { path: /docs, devices: [${ANNA}] }
  photos: { path: /photos, mesh-id: pictures, devices: [${ANNA}] }
  own: { path: /own }
`

function folder(id: string, devices: readonly DeviceKey[], more: Partial<typeof NO_DEVICE> = {}): ClusterFolder {
  return {
    ...{ id, label: id, readOnly: false, ignorePermissions: false, ignoreDelete: false },
    ...{ disableTempIndexes: false, paused: false },
    devices: devices.map(device => ({ ...NO_DEVICE, id: bytesOfKey(device), name: `name of ${device[0]}`, ...more })),
  }
}

const introducerIn = ({ devices }: Config) => devices.find(({ id }) => id === ANNA) as DeviceConfig

/** What `config.yaml` says after Anna said this. */
function told(text: string, ...folders: ClusterFolder[]): Config {
  const { document, config } = readConfig(text)
  if (config === undefined) throw new Error('no config')
  const draft = draftOf(document, 'config.yaml')
  introduce(ANNA, introductionsOf(introducerIn(config), folders, config, SELF), draft)
  textAfter = String(document)
  return draft.current
}
let textAfter = ''

const deviceIn = ({ devices }: Config, wanted: DeviceKey) => devices.find(({ id }) => id === wanted)
const sharing = ({ folders }: Config, wanted: string) => folders.find(({ id }) => id === wanted)?.devices

test('whom an introducer shares our folders with is known, and shares them', () => {
  const addresses = ['tcp://192.0.2.1:22000', 'http://nonsense', 'dynamic']
  const config = told(
    BEFORE,
    folder('docs', [SELF, ANNA, BEN], { addresses }),
    folder('pictures', [SELF, ANNA, BEN, CARL]),
  )
  expect(deviceIn(config, BEN)).toMatchObject({
    ...{ addresses: ['tcp://192.0.2.1:22000', 'dynamic'], introducedBy: ANNA, introducer: 'no' },
    introducedFolders: { docs: ANNA, photos: ANNA },
  })
  expect(sharing(config, 'docs')).toEqual([ANNA, BEN])
  expect(sharing(config, 'photos')).toEqual([ANNA, BEN, CARL])
  const again = introductionsOf(
    introducerIn(config),
    [folder('docs', [SELF, ANNA, BEN])],
    { ...config, folders: [] },
    SELF,
  )
  expect(again.devices).toEqual([])
})

test('hearing the same again changes nothing', () => {
  const word = [folder('docs', [SELF, ANNA, BEN])]
  const config = told(BEFORE, ...word)
  expect(isNothing(introductionsOf(introducerIn(config), word, config, SELF))).toBe(true)
})

test('who is named no more is forgotten, but not what a person has set up', () => {
  told(BEFORE, folder('docs', [SELF, ANNA, BEN]), folder('pictures', [SELF, ANNA, BEN, CARL]))
  const partly = told(textAfter, folder('docs', [SELF, ANNA]), folder('pictures', [SELF, ANNA, BEN]))
  expect(sharing(partly, 'docs')).toEqual([ANNA])
  expect(deviceIn(partly, BEN)?.introducedFolders).toEqual({ photos: ANNA })
  expect(deviceIn(partly, CARL)).toBe(undefined)
  const byHand = BEFORE.replace('folders:', `  ${BEN}: {}\nfolders:`).replace('[', `[${BEN}, `)
  const config = told(byHand, folder('docs', [SELF, ANNA]))
  expect(sharing(config, 'docs')).toEqual([BEN, ANNA])
})

test('an introducer that only adds takes nothing away', () => {
  told(BEFORE, folder('docs', [SELF, ANNA, BEN]))
  const config = told(textAfter.replace('introducer: true', 'introducer: adds'), folder('docs', [SELF, ANNA]))
  expect(sharing(config, 'docs')).toEqual([ANNA, BEN])
})

test('folders that are not shared with it, devices that hold them encrypted, and ignored ones are none of its business', () => {
  const text = `${BEFORE}mesh: { ignored-devices: [${CARL}] }`
  const encrypted = folder('docs', [BEN], { encryptionToken: Buffer.from('token') })
  const config = told(text, encrypted, folder('own', [SELF, ANNA, BEN]), folder('pictures', [SELF, ANNA, CARL]))
  expect(config.devices.map(({ id }) => id)).toEqual([ANNA])
  expect(sharing(config, 'own')).toEqual([])
})

test('ten thousand introduced devices are bounded, and their names are one line', () => {
  const many = Array.from({ length: 10_000 }, (_, n) => {
    const id = Buffer.alloc(32)
    id.writeUInt32BE(n + 1000)
    return { ...NO_DEVICE, id, name: 'a\u0000\n'.repeat(1000), addresses: Array.from({ length: 100 }, () => 'dynamic') }
  })
  const { config } = readConfig(BEFORE)
  if (config === undefined) throw new Error('no config')
  const asked = introductionsOf(introducerIn(config), [{ ...folder('docs', []), devices: many }], config, SELF)
  expect(asked.devices).toHaveLength(MAX_DEVICES - 1)
  expect(asked.surplus).toBe(10_000 - MAX_DEVICES + 1)
  expect(asked.devices[0]?.name.length).toBeLessThan(101)
  expect(asked.devices[0]?.addresses.length).toBeLessThan(9)
  expect(asked.shares).toHaveLength(MAX_DEVICES - 1)
  const after = told(BEFORE, { ...folder('docs', []), devices: many })
  expect(after.devices).toHaveLength(MAX_DEVICES)
})
