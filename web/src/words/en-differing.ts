// The texts about folders whose changes travel one way only, and what differs there.
import { plural } from './format.ts'

export const differing = {
  title: (folder: string) => `What differs in ${folder}`,
  back: 'To the folder',
  list: 'Paths that differ',
  count: (count: number) => plural(count, { one: '# path differs', other: '# paths differ' }),
  none: 'Nothing differs',
  noneText: 'What is here is what the other devices have.',
  both: 'Changes in this folder go both ways: there is nothing to be made right.',
  more: 'Show more',
  'send-only': {
    lead: 'This folder only sends: what other devices change is not taken. They can be made to go to what is here.',
    act: 'Make all as it is here',
    ask: 'Make all devices as it is here?',
    text: 'What was added there is deleted there, and what was changed or deleted there becomes again what is here.',
    done: 'All devices go to what is here.',
    is: { changed: 'Is otherwise there', 'only-here': 'Is not there', 'only-there': 'Is only there' },
  },
  'receive-only': {
    lead: 'This folder only receives: what was changed here is told to nobody. It can become again what the other devices have.',
    act: 'Give up what was changed here',
    ask: 'Give up what was changed here?',
    text: 'What was added here goes, and what was changed or deleted here becomes again what the others have. All of that is in the trash.',
    done: 'The folder becomes what the other devices have.',
    is: { changed: 'Changed here', 'only-here': 'Added here', 'only-there': 'Deleted here' },
  },
}
