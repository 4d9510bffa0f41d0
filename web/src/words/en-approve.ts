// The texts of the page on which plans are approved.
import { number, plural } from './format.ts'

export const approve = {
  title: 'To approve',
  lead: 'These plans look like an accident. Nothing of them happens before you say so, and what is deleted or replaced can be brought back from the trash.',
  none: 'Nothing waits for your yes',
  noneText: 'A plan that would delete or replace unusually much is stopped, and shown here.',
  since: (ago: string) => `Stopped ${ago}`,
  looking: 'Looking at what would be done',
  list: 'What would be done',
  counted: (counted: number, of: number) => `Counted are the first ${number(counted)} of ${number(of)} steps.`,
  below: (count: number) => plural(count, { one: 'with # entry in it', other: 'with # entries in it' }),
  more: (count: number) => `Show ${count} more`,
  andMore: (count: number) => plural(count, { one: 'And # more.', other: 'And # more.' }),
  kinds: {
    removeHere: 'deleted here',
    removeThere: 'deleted there',
    download: 'fetched',
    upload: 'sent',
    move: 'moved',
    other: 'other',
  },
  apply: 'Do it',
  applied: 'The plan goes ahead, once.',
  restore: 'Bring back what is missing',
  restored: 'What is missing comes back from the other side.',
  pause: 'Pause this remote',
  paused: 'The remote is paused.',
  hint: 'Bringing back merges both sides as if for the first time: what one of them lacks comes from the other, and nothing is deleted.',
}
