// A daemon as it is after some weeks of use, for pages to be looked at: folders with remotes, another device, an account, a plan that waits.
import { mkdirSync, rmSync } from 'node:fs'
import { type RunningDaemon, read, type Stage, settled, until, write } from '../daemon/daemon-process.ts'
import { PATIENCE_MS } from './browser.ts'

const NO_SIGNAL = new AbortController().signal

/** Every page, by the name of its picture, and a text that is there once all of it is. */
export const PAGES = [
  { name: 'overview', path: '/', shows: 'Recent changes' },
  { name: 'add-folder', path: '/add-folder', shows: 'Directory' },
  { name: 'add-remote', path: '/folders/documents/add-remote', shows: 'Or with a user and password' },
  { name: 'folder', path: '/folders/documents', shows: 'Contract.pdf' },
  { name: 'history', path: '/folders/documents/history', shows: 'Recent changes' },
  { name: 'trash', path: '/folders/documents/trash', shows: 'The trash is empty' },
  { name: 'rules', path: '/folders/documents/rules', shows: 'What they would leave out' },
  { name: 'selection', path: '/folders/documents/selection', shows: 'Directories that are not chosen' },
  { name: 'conflicts', path: '/conflicts', shows: 'No conflicts' },
  { name: 'folder-settings', path: '/folders/documents/settings', shows: 'Hours of its own' },
  { name: 'limits', path: '/limits', shows: 'Save the hours' },
  { name: 'remote-limits', path: '/folders/documents/remotes/backup/limits', shows: 'Save the hours' },
  { name: 'devices', path: '/devices', shows: 'Copy the id' },
  { name: 'approve', path: '/approve', shows: '2026' },
  { name: 'accounts', path: '/host', shows: 'The address for the apps' },
  { name: 'activity', path: '/activity', shows: 'Nothing is on its way.' },
  { name: 'not-found', path: '/nothing/here', shows: 'To the overview' },
] as const

export const ANNAS_PASSWORD = 'correct horse battery'

/** Those of somebody who has an account on the host: of Anna. */
export const OWN_PAGES = [
  { name: 'own-files', path: '/files?place=Documents&path=Documents%2FContract.pdf', shows: 'Earlier versions' },
  { name: 'own-trash', path: '/files/trash', shows: 'The trash is empty' },
  { name: 'own-account', path: '/files/account', shows: 'of 5 GB used' },
] as const

const FILES = [
  'Letters/To the bank.odt',
  'Letters/Rent 2026.pdf',
  'Household/Budget.ods',
  'Household/Insurance/Policy.pdf',
  'Notes/Garden.md',
  'Notes/Recipes.md',
  'Contract.pdf',
]
const PHOTOS = ['2026/Summer/Beach.jpg', '2026/Summer/Lighthouse.jpg', '2026/Autumn/Forest.jpg', '2025/Winter/Snow.jpg']

/** Everything is at rest when it resolves, and one plan waits. */
export async function furnished(stage: Stage): Promise<RunningDaemon> {
  const daemon = await stage.start()
  const { client } = daemon
  await client.folders.remove('Syncline')
  for (const [n, name] of FILES.entries()) write(stage.at('Documents', ...name.split('/')), 'x'.repeat(4000 * (n + 1)))
  for (const [n, name] of PHOTOS.entries()) write(stage.at('Photos', ...name.split('/')), 'y'.repeat(90_000 * (n + 1)))
  mkdirSync(stage.at('media'))
  await client.folders.add({ path: stage.at('Documents'), id: 'documents', label: 'Documents' })
  await client.folders.add({ path: stage.at('Photos'), id: 'photos', label: 'Photos' })
  await client.remotes.add('documents', { address: stage.at('media', 'backup'), id: 'backup' }, NO_SIGNAL)
  await client.remotes.add('photos', { address: stage.at('media', 'pictures'), id: 'pictures' }, NO_SIGNAL)
  await addLaptop(stage, daemon)
  await client.accounts.add({ name: 'anna', displayName: 'Anna', password: ANNAS_PASSWORD, quotaBytes: 5e9 })
  await client.grants.add({ folder: 'documents', account: 'anna', rights: 'write', mount: 'Documents' })
  const copies = PHOTOS.map(name => stage.at('media', 'pictures', ...name.split('/')))
  await until(() => copies.every(file => read(file) !== undefined), 'the photos', PATIENCE_MS)
  await settled(client)
  // Of one moment, as when a disk is emptied: not one by one as they are noticed.
  await client.remotes.pause('photos', 'pictures')
  for (const year of ['2025', '2026']) rmSync(stage.at('media', 'pictures', year), { recursive: true })
  await client.remotes.resume('photos', 'pictures')
  await until(async () => (await client.brakes.list()).length > 0, 'the plan that waits', PATIENCE_MS)
  return daemon
}

async function addLaptop(stage: Stage, { client }: RunningDaemon): Promise<void> {
  const laptop = await stage.start('laptop')
  const [here, there] = [await client.devices.self(), await laptop.client.devices.self()]
  await laptop.client.devices.add({ id: here.id, name: 'Home', addresses: here.listening })
  await client.devices.add({ id: there.id, name: 'Laptop', addresses: there.listening })
  await client.devices.share('documents', there.id)
  await until(
    async () => (await laptop.client.devices.pending()).folders.length > 0,
    'the folder to be offered',
    PATIENCE_MS,
  )
  const folder = (await laptop.client.devices.pending()).folders[0]?.folder ?? ''
  await laptop.client.devices.accept({ device: here.id, folder, path: stage.at('on-the-laptop') })
}
