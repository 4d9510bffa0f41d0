// The texts about how fast everything may be, and when.
import { bytes } from './format.ts'

type Rate = number | 'unlimited' | undefined

function rateWord(rate: Exclude<Rate, undefined>): string {
  return rate === 'unlimited' ? 'unlimited' : `${bytes(rate)}/s`
}

/** Of what nothing is said nothing is told. */
function rates(up: Rate, down: Rate): string {
  if (up === 'unlimited' && down === 'unlimited') return 'without limits'
  const told = [
    ...(up === undefined ? [] : [`up ${rateWord(up)}`]),
    ...(down === undefined ? [] : [`down ${rateWord(down)}`]),
  ]
  return told.join(', ')
}

export const limits = {
  title: 'Speed and hours',
  titleOf: (remote: string) => `Speed and hours of ${remote}`,
  lead: 'How much of the line everything together may take, and in which hours of the week it is synced.',
  leadOf: 'Besides what holds for all remotes together.',
  back: 'To the settings',
  saved: 'Saved. It holds from now on.',
  speed: 'Speed',
  speedOfAll: 'Of all servers together. Directories of this computer are never slowed down by it.',
  speedOfOne: 'Of this remote, wherever it is.',
  saveSpeed: 'Save the speed',
  up: 'Up, at most',
  down: 'Down, at most',
  localNetwork: 'Servers in the local network are limited too',
  hours: 'Hours',
  hoursText:
    'Choose what to paint, then drag over hours, or move with the arrow keys and press Space. The name of a day paints all of it. Hours are by the clock of the computer that Syncline runs on.',
  saveHours: 'Save the hours',
  own: 'Hours of its own',
  asAll: 'The hours are those of all of Syncline.',
  asFolder: 'The hours are those of the folder.',
  finer: 'Some hours here begin or end within an hour, as config.yaml says. Saved from here, they are whole hours.',
  brush: 'Paint with',
  kinds: { on: 'Synced', off: 'At rest', limited: 'Limited' },
  asAlways: 'As otherwise',
  legend: 'Rates in these hours',
  rates,
  days: { mon: 'Mon', tue: 'Tue', wed: 'Wed', thu: 'Thu', fri: 'Fri', sat: 'Sat', sun: 'Sun' },
  wholeDay: (day: string) => `${day}, all day`,
  hour: (day: string, hour: number, { isOn, up, down }: { isOn: boolean; up: Rate; down: Rate }) =>
    `${day} ${hour}:00, ${isOn ? ['synced', rates(up, down)].filter(each => each !== '').join(', ') : 'at rest'}`,
  always: 'All hours',
  nights: 'Nights only',
  now: (day: string, time: string) => `Now, ${day} ${time}:`,
  nowOn: (told: string) => `synced, ${told}.`,
  nowOff: 'at rest.',
  until: (at: string) => `Until ${at}.`,
}
