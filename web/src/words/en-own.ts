// The texts for whoever has an account on the host, about their own files.
import { plural } from './format.ts'

export const own = {
  nav: { files: 'Files', trash: 'Trash', account: 'Account' },

  files: {
    title: 'Files',
    top: 'My files',
    readOnly: 'To read only',
    granted: 'Shared folder',
    nothing: 'Nothing here yet',
    nothingText: 'Drop files here, or use the buttons above. The apps of your devices see them at once.',
    nothingToRead: 'There is nothing in here.',
    missing: 'This directory is not there any more',
    back: 'To all files',
    removeText: 'They go to the trash, and can be brought back from there.',
    notAllowed: 'This is for reading only.',
  },

  panel: {
    gone: 'It is not there any more. It may be in the trash.',
    granted: 'This folder was shared with you by whoever runs this server.',
  },

  versions: {
    title: 'Earlier versions',
    none: 'None is kept.',
    restore: 'Restore',
    restoreOf: (when: string) => `Restore the version of ${when}`,
    downloadOf: (when: string) => `Download the version of ${when}`,
    restored: (name: string) => `${name} is as it was then. What was there is an earlier version now.`,
  },

  trash: {
    title: 'Trash',
    lead: 'What was deleted, the newest first.',
    empty: { title: 'The trash is empty', text: 'What is deleted is kept here for a while.' },
    restored: (name: string) => `${name} is back.`,
    remove: 'Delete for good',
    removeOf: (name: string) => `Delete ${name} for good`,
    removeTitle: (name: string) => `Delete ${name} for good?`,
    removeText: 'It cannot be brought back after that.',
    removed: 'It is gone.',
    emptyNow: 'Empty the trash',
    emptyTitle: 'Empty the trash?',
    emptyText:
      'All that was deleted from your own files goes for good. What was deleted from shared folders stays here.',
    emptied: 'The trash is empty.',
  },

  account: {
    title: 'Account',
    space: 'Space',
    free: (free: string) => `${free} are free.`,
    full: 'There is no room left. What is in the trash counts too.',
    shared: (count: number) =>
      plural(count, { one: '# shared folder is in your files.', other: '# shared folders are in your files.' }),
    address: 'For your apps',
    addressText:
      'The apps of ownCloud and Nextcloud, on computers and phones, take this address, your name and an app password. They keep these files in sync.',
    appPasswords: 'App passwords',
    password: 'Password',
    passwordText: 'A new password signs you out everywhere but here. App passwords stay as they are.',
    current: 'Current password',
    next: 'New password',
    change: 'Change the password',
    changed: 'The new password holds from now on.',
  },
}
