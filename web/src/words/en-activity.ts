// The texts about what goes on, and what does not.
import { plural } from './format.ts'

export const activity = {
  title: 'Activity',
  lead: 'What is on its way, what cannot go on and why, and what Syncline has written down about it.',
  transfers: 'Transfers',
  nothing: 'Nothing is on its way.',
  of: (done: string, of: string) => `${done} of ${of}`,
  graph: (most: string) => `Rates of the last two minutes, up to ${most}`,
  problems: 'Problems',
  noProblems: 'There are none',
  paths: (count: number) => plural(count, { one: '# path', other: '# paths' }),
  log: 'Log',
  level: 'From',
  levels: { debug: 'Details', info: 'Information', warn: 'Warnings', error: 'Errors' },
  filter: 'With the text',
  reload: 'Load again',
  older: 'Show older ones',
  nextTry: (at: string) => `Next try at ${at}.`,
  support: 'Ask for help',
  supportText:
    'A file with settings, state and the newest lines of the log, without passwords and other secrets. It holds names of files.',
  supportSave: 'Save the file',
  noLines: 'There are no such lines.',
}
