// The texts about the files of a folder: looked at, changed, explained; and what is left out of it.
import { plural } from './format.ts'

export const files = {
  tabs: {
    label: 'Of this folder',
    files: 'Files',
    history: 'History',
    trash: 'Trash',
    rules: 'Ignore rules',
    selection: 'What this device keeps',
    settings: 'Settings',
  },
  gone: { title: 'There is no such folder', text: 'It is not synced here any more, or never was.' },
  closed: {
    paused: {
      title: 'This folder is paused',
      text: 'Nothing is synced, and its files are not looked at, until it goes on. They are safe where they are.',
    },
    away: {
      title: 'Its files cannot be shown now',
      text: 'Nothing was changed or deleted. They are shown again as soon as the folder is back.',
    },
  },
  look: 'Look now',
  more: (folder: string) => `More for ${folder}`,

  states: {
    'in-sync': 'In sync',
    waiting: 'To be synced',
    syncing: 'Syncing',
    unsynced: 'Not in sync',
    ignored: 'Ignored',
  },
  kinds: { file: 'File', directory: 'Directory', symlink: 'Link', blocked: 'Cannot be read' },

  crumbs: 'Where you are',
  list: (place: string) => `What is in ${place}`,
  columns: { choose: 'Choose', name: 'Name', state: 'State', size: 'Size', time: 'Changed', details: 'Details' },
  count: (count: number) => plural(count, { one: '# entry', other: '# entries' }),
  keys: 'Enter opens, → shows details, Space chooses, F2 renames, Delete deletes; letters go to a name.',
  empty: { title: 'Nothing here yet', text: 'Drop files here, or use the buttons above.' },
  emptyRoot: {
    title: 'This folder is empty',
    text: 'Drop files here, or put some into it on this computer. They go to all its remotes.',
  },
  missing: { title: 'This directory is not there any more', back: 'To the folder' },
  conflict: 'Conflict',
  conflicts: (count: number) => plural(count, { one: '# conflict', other: '# conflicts' }),
  copyOf: 'Conflict copy',
  details: (name: string) => `Details of ${name}`,
  choose: (name: string) => `Choose ${name}`,
  chosen: (count: number) => plural(count, { one: '# chosen', other: '# chosen' }),
  clear: 'Choose none',

  search: {
    label: 'Search for a name',
    placeholder: 'Search by name',
    results: (count: number, text: string) =>
      `${plural(count, { one: '# entry', other: '# entries' })} with “${text}” in the name`,
    running: (examined: string) => `Searching… ${examined} names looked at`,
    stop: 'Stop',
    stopped: 'The search was stopped.',
    more: 'Show more',
    none: 'No name holds this text.',
    clear: 'End the search',
  },

  upload: 'Upload',
  uploadDirectory: 'Upload a directory',
  makeDirectory: 'New directory',
  drop: (place: string) => `Drop to upload to ${place}`,
  download: 'Download',
  rename: 'Rename',
  remove: 'Delete',
  undo: 'Undo',
  removed: (count: number, name: string) =>
    count === 1
      ? `${name} is in the trash.`
      : plural(count, { one: '# entry is in the trash.', other: '# entries are in the trash.' }),
  removeFailed: (count: number, first: string) =>
    count === 1 ? first : `${plural(count, { one: '# entry stays', other: '# entries stay' })}: ${first}`,
  broughtBack: 'It is back.',
  renamed: (name: string) => `It is called ${name} now.`,
  name: {
    directoryTitle: 'New directory',
    renameTitle: (name: string) => `Rename ${name}`,
    label: 'Name',
    make: 'Make it',
    noSlash: 'A name has no “/”.',
    empty: 'A name has at least one letter.',
  },
  removeMany: (count: number) => plural(count, { one: 'Delete # entry?', other: 'Delete # entries?' }),
  removeText: 'They go to the trash here, and away everywhere else. They can be brought back from the trash.',

  uploads: {
    title: 'Uploads',
    running: (left: number) => plural(left, { one: 'Uploading # file', other: 'Uploading # files' }),
    done: (count: number) => plural(count, { one: '# file is there', other: '# files are there' }),
    states: {
      waiting: 'Waits',
      running: 'Uploading',
      done: 'Done',
      exists: 'Is there already',
      failed: 'Failed',
      cancelled: 'Cancelled',
    },
    replace: 'Replace',
    keepBoth: 'Keep both',
    skip: 'Skip',
    cancel: (name: string) => `Cancel ${name}`,
    again: 'Try again',
    clear: 'Close',
    share: (name: string) => `How much of ${name} is sent`,
  },

  panel: {
    label: (name: string) => `Details of ${name}`,
    back: 'Back to the list',
    size: 'Size',
    changed: 'Changed',
    kind: 'Kind',
    target: 'Links to',
    remotes: 'By remote',
    where: 'In',
    gone: 'It is not there any more. It may be in the trash.',
    toTrash: 'To the trash',
    open: 'Open',
    preview: 'Preview',
    previewOf: (name: string) => `Preview of ${name}`,
    longer: 'Only its beginning is shown.',
    noPreview: 'There is no preview of this kind of file.',
    tooLarge: 'It is too large for a preview.',
    conflictsText: (count: number) =>
      plural(count, {
        one: '# other version of it waits for your choice.',
        other: '# other versions of it wait for your choice.',
      }),
    copyText: 'This is a version that was set aside in a conflict.',
    toConflict: 'Compare and choose',
    replace: 'Upload a new version',
  },

  why: {
    title: 'Why it is as it is',
    ask: 'Ask the remotes now',
    asked: 'as just asked',
    names: {
      here: 'Here',
      rule: 'Ignore rule',
      conflict: 'Conflict',
      remote: 'Remote',
      agreed: 'Last agreed',
      failed: 'Failed',
      'next try': 'Next try',
      'now here': 'Here now',
      there: 'There now',
      'next run': 'The next run will',
      fault: 'Fault',
    },
  },

  versions: {
    title: 'Earlier versions',
    none: 'None is kept.',
    all: 'All versions',
    restore: 'Restore',
    why: { deleted: 'deleted', replaced: 'replaced', changed: 'changed' },
  },

  trash: {
    lead: 'What was deleted or replaced is kept here, and can be brought back.',
    title: 'Trash',
    empty: { title: 'The trash is empty', text: 'What is deleted or replaced is kept here for a while.' },
    columns: { name: 'Name', why: 'Was', kept: 'When', size: 'Size', act: 'Bring back' },
    restore: 'Restore',
    restoreOf: (name: string) => `Restore ${name}`,
    more: 'Show older ones',
    everything: 'Of the whole folder',
  },

  rules: {
    lead: 'What is not to be synced: one pattern in each line, and the first that matches decides. Lines that begin with // are remarks.',
    which: 'Rules',
    files: { shared: 'For all devices', device: 'Only for this device' },
    hints: {
      shared: 'In .syncignore, which is synced like any other file.',
      device: 'Kept in this device, and not synced.',
    },
    syncthing: 'Also followed: .stignore, which Syncthing reads.',
    text: 'Patterns',
    previewTitle: 'What they would leave out',
    hides: (count: number) =>
      plural(count, {
        one: '# entry that is synced now would be left out.',
        other: '# entries that are synced now would be left out.',
      }),
    hidesNone: 'Nothing that is synced now would be left out.',
    shows: (count: number) =>
      plural(count, {
        one: '# entry that is left out now would be synced.',
        other: '# entries that are left out now would be synced.',
      }),
    stay: 'What is left out stays where it is, on all sides. It is only not synced any more.',
    first: (count: number) => `The first ${count}:`,
    by: (rule: string) => `by ${rule}`,
    saved: 'The rules hold from now on.',
    unchanged: 'As saved',
    checking: 'Looking at what they would leave out…',
    discard: 'Discard changes',
    examples: 'Examples',
    exampleList: [
      { pattern: '!keep.tmp', text: 'this one is wanted, whatever follows' },
      { pattern: '*.tmp', text: 'files whose names end with .tmp' },
      { pattern: '/build', text: 'build at the top of the folder, with all in it' },
      { pattern: 'node_modules/', text: 'directories of that name, wherever they are' },
    ],
  },
}
