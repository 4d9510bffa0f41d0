// Every text of the interface, in English. Grouped by page; what depends on numbers is a function.
import { plural } from './format.ts'

export const en = {
  product: 'Syncline',
  close: 'Close',
  cancel: 'Cancel',
  save: 'Save',
  retry: 'Try again',
  loading: 'Loading…',
  notFound: {
    title: 'There is no such page',
    text: 'It may have been moved, or the folder was removed.',
    home: 'To the overview',
  },
  pageFailed: 'This page could not be loaded.',

  nav: {
    label: 'Main',
    menu: 'Menu',
    overview: 'Overview',
    folders: 'Folders',
    devices: 'Devices',
    host: 'Accounts',
    activity: 'Activity',
    approve: 'To approve',
    skip: 'To the content',
    theme: 'Colours',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
    signOut: 'Sign out',
    addFolder: 'Add a folder',
  },

  connection: {
    lost: 'The connection to Syncline is lost. What is shown may be out of date.',
    lostHint: 'It is tried again by itself.',
    restarted: 'Syncline was started anew. Everything is shown as it is now.',
  },

  signIn: {
    title: 'Sign in',
    lead: 'To set Syncline up and see how it is going.',
    name: 'Name',
    password: 'Password',
    submit: 'Sign in',
    byLink: 'Signing in…',
    otherwise: 'Runs Syncline on this computer? A link signs you in without a password:',
    command: 'syncline open',
    unreachable: 'Syncline does not answer at this address.',
  },

  states: {
    folder: {
      starting: 'Starting',
      scanning: 'Looking',
      idle: 'Up to date',
      syncing: 'Syncing',
      paused: 'Paused',
      unavailable: 'Not there',
      stopped: 'Stopped',
    },
    remote: {
      starting: 'Starting',
      'in-sync': 'Up to date',
      unsynced: 'Incomplete',
      syncing: 'Syncing',
      waiting: 'Waiting',
      stopped: 'Stopped',
      braked: 'Needs a yes',
      paused: 'Paused',
    },
    device: { connected: 'Connected', disconnected: 'Not connected', paused: 'Paused' },
    attention: 'Needs you',
    incomplete: 'Incomplete',
    waiting: 'Waiting',
    alone: 'Only here',
  },

  sentences: {
    upToDate: 'Everything is as it is everywhere else.',
    alone: 'It is synced with nothing yet. Add a remote or a device.',
    needYou: (count: number) => plural(count, { one: '# file needs you.', other: '# files need you.' }),
    conflicts: (count: number) =>
      plural(count, { one: '# conflict waits for your choice.', other: '# conflicts wait for your choice.' }),
    syncing: (done: string, of: string) => `Syncing ${done} of ${of}`,
    looking: (files: string) => `Looking at the disk: ${files} files so far`,
    left: (time: string) => `${time} left`,
  },

  overview: {
    title: 'Overview',
    sums: {
      idle: 'Everything is up to date',
      syncing: 'Syncing',
      paused: 'Everything is paused',
      attention: 'Something needs you',
      empty: 'Nothing is synced yet',
    },
    count: (folders: number, devices: number) =>
      `${plural(folders, { one: '# folder', other: '# folders' })}${devices === 0 ? '' : `, ${plural(devices, { one: '# device', other: '# devices' })}`}`,
    up: 'up',
    down: 'down',
    entries: (count: number) => plural(count, { one: '# file or folder', other: '# files and folders' }),
    noFolders: {
      title: 'Begin with a folder',
      text: 'Choose a folder of this computer, then where else it is to be: a server, a disk, another device.',
    },
    addFolder: 'Add a folder',
    addRemote: 'Add a remote',
    devices: 'Devices',
    noDevices: 'Devices share folders directly with each other, encrypted, with no server in between.',
    addDevice: 'Add a device',
    ways: { lan: 'on this network', wan: 'over the internet', relay: 'through a relay' },
    seen: (client: string) => client,
    lacks: (count: number) => plural(count, { one: 'lacks # entry', other: 'lacks # entries' }),
    complete: 'complete',
    mesh: 'Devices',
    pause: 'Pause',
    resume: 'Resume',
    syncNow: 'Look now',
    more: (label: string) => `More for ${label}`,
    looked: 'Both sides are being looked at.',
    recent: 'Recent changes',
    noRecent: 'What is sent, fetched, moved and deleted shows up here.',
    needs: {
      brakes: (count: number) =>
        plural(count, { one: '# plan waits for your yes', other: '# plans wait for your yes' }),
      pending: (count: number) =>
        plural(count, {
          one: '# device or folder would like to join',
          other: '# devices or folders would like to join',
        }),
      conflicts: (count: number) =>
        plural(count, { one: '# conflict waits for your choice', other: '# conflicts wait for your choice' }),
      look: 'Look at it',
    },
  },

  changes: {
    upload: 'sent to',
    download: 'came from',
    'make-directory': 'made with',
    'make-symlink': 'linked with',
    move: 'moved with',
    'set-aside': 'set aside with',
    remove: 'deleted with',
    'set-metadata': 'adjusted with',
    compare: 'compared with',
    other: 'changed with',
  },
}
