// The texts about what a device keeps of a folder.
import { plural } from './format.ts'

export const selection = {
  lead: 'Directories that are not chosen go from this device and stay at the remote: nothing is deleted there. What only this device has stays here.',
  title: 'Directories',
  open: (name: string) => `Show what is in ${name}`,
  states: { kept: 'Kept', partly: 'Partly kept', deselected: 'Not kept', going: 'Going' },
  goes: 'It goes as soon as it is sure that the remote has all of it.',
  loading: 'Looking …',
  none: 'There are no directories in it.',
  notAsked: 'The remote does not answer now: only what is known here is shown.',
  summary: (left: number, back: number) =>
    [
      left === 0 ? '' : plural(left, { one: '# directory goes from here', other: '# directories go from here' }),
      back === 0 ? '' : plural(back, { one: '# directory comes back', other: '# directories come back' }),
    ]
      .filter(text => text !== '')
      .join(', '),
  trash: 'What goes is kept in the trash of this device for a time.',
  saved: 'Saved. It is carried out now.',
  discard: 'Discard',
}
